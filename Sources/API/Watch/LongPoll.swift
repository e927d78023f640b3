import HTTPTypes
import Reconciler
import StateRepo

/// `Prefer: wait=<s>` with `If-None-Match` on reads of the present state: an answer that would be 304 waits for a change.
///
/// A waiting request costs its connection and a timer; it is woken by what can change its answer, and by nothing else
/// where that is known. It ends when its client leaves.
struct LongPoll: Sendable {
    /// The longest wait in seconds; who asks for more gets this one, and is told so.
    static let maximumWait = 60

    let hub: WatchHub

    func answer(_ request: OperationRequest, _ handler: OperationHandler) async throws -> OperationResponse {
        guard request.operation.honoursWait, let wait = Self.wait(request) else { return try await handler(request) }
        var answer = try await wait > 0 ? waiting(wait, request, handler) : handler(request)
        answer.headers[.preferenceApplied] = "wait=\(wait)"
        return answer
    }

    /// How many seconds a request may wait; `nil` when it does not ask, or what it asks for cannot change.
    private static func wait(_ request: OperationRequest) -> Int? {
        guard let text = request.headers.value(of: .prefer), let wait = Preference.wait(text),
            request.headers.contains(.ifNoneMatch), !request.query.contains("at"), !request.query.contains("cursor")
        else { return nil }
        return min(wait, maximumWait)
    }

    private func waiting(
        _ wait: Int,
        _ request: OperationRequest,
        _ handler: OperationHandler
    ) async throws -> OperationResponse {
        let seat: WatchSeat
        do {
            seat = try hub.takeSeat(.poll)
        } catch {
            // There is no room to wait: the answer of now is right all the same.
            return try await handler(request)
        }
        request.presence.whenGone { [weak seat] in seat?.leave() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [hub] in
                try await hub.clock.sleep(for: .seconds(wait))
                seat.leave()
            }
            defer { group.cancelAll() }
            return try await answer(request, handler, seat)
        }
    }

    private func answer(
        _ request: OperationRequest,
        _ handler: OperationHandler,
        _ seat: WatchSeat
    ) async throws -> OperationResponse {
        let interest = WatchInterest(request)
        while true {
            // What is published from here on wakes, also when it comes before the answer is looked at.
            let subscription = try seat.subscribe()
            let answer = try await handler(request)
            guard answer.status == .notModified, await seat.change(after: subscription, for: interest) else {
                return answer
            }
            guard request.isCredentialValid() else { throw ProblemError.tokenInvalid(for: request.operation) }
        }
    }
}

extension WatchInterest {
    /// What the answer to a read is made of.
    init(_ request: OperationRequest) {
        switch request.operation.id {
        case "listAgents": self = .below(["agents", "releases"])
        case "getAgent", "getAgentDocument", "getAgentBlame", "listAgentChanges", "listAgentVersions",
            "getAgentVersion":
            let id = request.path("agent_id")
            self = .below(["agents/\(id)", "releases/\(id)"])
        case "listSkills": self = .below(["skills"])
        case "getSkill": self = .below(["skills/\(request.path("skill_id"))"])
        case "getSystemSettings": self = .below(["system-settings"])
        default: self = .everything
        }
    }
}
