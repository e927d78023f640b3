/// What a path of the repository means (contract, section 7).
package enum FileRole: Hashable, Sendable {
    /// `state/format.json`
    case format
    /// `state/system-settings.json`
    case systemSettings
    /// `state/agents/<id>/agent.json`
    case agentDefinition(AgentID)
    /// `state/agents/<id>/<kind>.md`
    case agentDocument(AgentID, DocumentKind)
    /// `state/releases/<id>.json`
    case release(AgentID)
    /// `state/providers/<id>.json`
    case provider(ProviderID)
    /// `state/connections/defaults/<key>.json`
    case connectionDefault(ConnectionKey)
    /// `skills/<id>/SKILL.md`
    case skill(SkillID)
    /// A file in `references/`, `assets/` or `scripts/` of a skill.
    case skillAsset(SkillID)
    /// A file that is allowed beside `state/` and `skills/` and means nothing to the server.
    case companion

    /// The resource that a change of this file touches, if any.
    package var resource: ResourceName? {
        switch self {
        case .agentDefinition(let id): .agent(id)
        case .agentDocument(let id, let kind): .document(id, kind)
        case .release(let id): .release(id)
        case .provider(let id): .provider(id)
        case .connectionDefault(let key): .connectionDefault(key)
        case .systemSettings: .systemSettings
        case .skill(let id), .skillAsset(let id): .skill(id)
        case .format, .companion: nil
        }
    }

    /// Whether the server reads the file's content; the content of the others stays in git.
    package var isRead: Bool {
        switch self {
        case .skillAsset, .companion: false
        case .format, .systemSettings, .agentDefinition, .agentDocument, .release, .provider, .connectionDefault,
            .skill:
            true
        }
    }
}
