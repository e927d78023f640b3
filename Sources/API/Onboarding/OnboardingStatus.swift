import Documents
import HashTreeCollections
import Providers
import Reconciler
import StateRepo

/// How far a new installation is, derived from what is there; nothing is remembered of it.
struct OnboardingStatus: Sendable {
    enum Step: String, CaseIterable, Sendable {
        case owner
        case access
        case provider
        case agent
        case publish

        var title: String {
            switch self {
            case .owner: "Register the owner"
            case .access: "Say who may talk to agents"
            case .provider: "Connect a provider"
            case .agent: "Make an agent"
            case .publish: "Publish and activate an agent"
            }
        }
    }

    let done: Set<Step>
    private let snapshot: StateSnapshot

    init(_ snapshot: StateSnapshot, hasOwner: Bool, isConnected: (ProviderID) throws -> Bool) rethrows {
        let tree = snapshot.serving
        var done: Set<Step> = hasOwner ? [.owner] : []
        if Self.users(snapshot) > 0 { done.insert(.access) }
        if try tree.providers.keys.contains(where: isConnected) { done.insert(.provider) }
        if tree.agents.values.contains(where: { $0.facts != nil }) { done.insert(.agent) }
        if tree.releases.values.contains(where: { $0.facts?.isActive == true }) { done.insert(.publish) }
        self.done = done
        self.snapshot = snapshot
    }

    var isComplete: Bool { done.count == Step.allCases.count }

    /// Whether a step can be done now, or again.
    func isReady(_ step: Step) -> Bool {
        switch step {
        case .owner, .access, .provider, .agent: true
        case .publish: done.isSuperset(of: [.provider, .agent])
        }
    }

    func json(_ detail: (Step) -> String?) -> JSONValue {
        let steps = Step.allCases.map { step -> JSONValue in
            let state = done.contains(step) ? "done" : isReady(step) ? "ready" : "blocked"
            var object: JSONObject = [
                "id": .string(step.rawValue), "title": .string(step.title), "state": .string(state),
            ]
            object["detail"] = detail(step).map(JSONValue.string)
            return .object(object)
        }
        var object: JSONObject = ["complete": .bool(isComplete)]
        let next = Step.allCases.first { !done.contains($0) && isReady($0) }
        object["next_step"] = next.map { .string($0.rawValue) }
        object["steps"] = .array(steps)
        return .object(object)
    }

    /// What a caller who may read the state is told of a step.
    func detail(_ step: Step) -> String {
        let tree = snapshot.serving
        switch step {
        case .owner: return done.contains(step) ? "there is an owner" : "the setup code is printed at start"
        case .access: return "\(Self.users(snapshot)) people may talk to agents"
        case .provider:
            let names = tree.providers.keys.map(\.description).sorted()
            return names.isEmpty ? "no provider is connected" : "documents: \(names.joined(separator: ", "))"
        case .agent: return "\(tree.agents.count) agents"
        case .publish:
            let active = tree.releases.filter { $0.value.facts?.isActive == true }.map(\.key.description).sorted()
            return active.isEmpty ? "no agent is active" : "active: \(active.prefix(20).joined(separator: ", "))"
        }
    }

    private static func users(_ snapshot: StateSnapshot) -> Int {
        settings(snapshot)?["general"]?["allowed_user_ids"]?.arrayValue?.count ?? 0
    }

    /// What the settings file sets; `nil` when it is broken or there is none.
    static func settings(_ snapshot: StateSnapshot) -> JSONValue? {
        guard let file = snapshot.serving.settings?.file else { return nil }
        do { return try JSONValue(parsing: file.content) } catch { return nil }
    }
}
