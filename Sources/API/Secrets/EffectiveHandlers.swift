import Crypto
import Documents
import HashTreeCollections
import Reconciler
import Secrets
import StateRepo

extension Handlers {
    /// Adds `/agents/:agent_id/effective`.
    package mutating func registerEffective(_ services: StateServices) {
        let agents = AgentHandlers(services)
        register("getEffectiveAgent") { try await agents.effective($0) }
    }
}

extension AgentHandlers {
    /// Everything that a runtime needs, under one tag: it changes when any of it does.
    fileprivate func effective(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try request.agentID()
        let document = try await services.secrets.document()
        let view = StateView(snapshot: try services.snapshots.current, isPast: false)
        let agent = try await representation(request, id, view)
        let body = try EffectiveAgent(agent, document, view.snapshot, services.rules).json
        var bytes: [UInt8] = []
        JSONValue.object(body).write(into: &bytes)
        let tag = EntityTag(Base64URL.encode(Array(SHA256.hash(data: bytes).prefix(15))))
        return try .read(request, view, tag: tag, .object(body))
    }
}

/// The body of `GET /agents/:agent_id/effective`.
struct EffectiveAgent: Sendable {
    let json: JSONObject

    init(
        _ agent: AgentRepresentation,
        _ document: SecretsDocument,
        _ snapshot: StateSnapshot,
        _ rules: StateRules
    ) throws {
        let folder = agent.folder
        let definition = rules.schemas.agent.applyingDefaults(to: .object(agent.definition))
        let settings = try SettingsBody(snapshot, schema: rules.schemas.systemSettings)
        let skills = Self.skills(definition, snapshot)
        let granted = GrantedSecrets(folder, in: snapshot.serving, document, rules).all
        var json: JSONObject = ["agent_id": .string(folder.id.description)]
        json["version"] = Self.version(folder, snapshot).map { JSONValue($0) }
        json["active"] = .bool(agent.release?.isActive ?? false)
        json["definition"] = definition
        json["documents"] = .object(agent.documents)
        json["skills"] = .array(skills.map(\.json))
        json["settings"] = settings.json["effective"]
        json["secrets"] = .array(
            granted.map {
                ["name": .string($0.name), "scope": .string($0.scope.word), "version": JSONValue($0.entry.version)]
            }
        )
        var sources: JSONObject = ["definition": .string(folder.tree.description)]
        if let newest = skills.compactMap(\.change).max(by: { $0.sequence < $1.sequence }) {
            sources["skills"] = .string(newest.revision.description)
        }
        if let change = snapshot.lastChanges[.systemSettings] {
            sources["settings"] = .string(change.revision.description)
        }
        sources["secrets"] = JSONValue(granted.map(\.entry.version).max() ?? 0)
        json["sources"] = .object(sources)
        self.json = json
    }

    /// The newest version that has this definition.
    private static func version(_ folder: AgentFolder, _ snapshot: StateSnapshot) -> Int? {
        snapshot.ledger.entries(of: folder.id).last { $0.definition == folder.tree }?.version
    }

    private struct Skill {
        let json: JSONValue
        let change: LastChange?
    }

    /// All skills, unless the definition says which; never those that it disables.
    private static func skills(_ definition: JSONValue, _ snapshot: StateSnapshot) -> [Skill] {
        let policy = definition["skill_policy"]
        guard policy?["enabled"]?.boolValue ?? true else { return [] }
        let enabled = policy?["enabled_skills"]?.arrayValue.map { Set($0.compactMap(\.stringValue)) }
        let disabled = Set(policy?["disabled_skills"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        let ids = snapshot.serving.skills.keys.filter { id in
            !disabled.contains(id.description) && enabled?.contains(id.description) ?? true
        }
        return ids.sorted { $0.description < $1.description }.compactMap { id in
            guard let body = SkillBody(id, in: snapshot)?.json(sizes: []) else { return nil }
            var json = JSONObject()
            for member in ["id", "frontmatter", "body", "etag"] { json[member] = body[member] }
            return Skill(json: .object(json), change: snapshot.lastChanges[.skill(id)])
        }
    }
}
