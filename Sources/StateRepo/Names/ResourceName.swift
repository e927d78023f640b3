/// What a change is about, as the contract names it: `agents/atlas`, `skills/tdd`, `system-settings` and so on.
package enum ResourceName: Hashable, Comparable, Sendable, CustomStringConvertible {
    case agent(AgentID)
    case document(AgentID, DocumentKind)
    case release(AgentID)
    case provider(ProviderID)
    case connectionDefault(ConnectionKey)
    case systemSettings
    case skill(SkillID)

    package var description: String {
        switch self {
        case .agent(let id): "agents/\(id)"
        case .document(let id, let kind): "agents/\(id)/documents/\(kind.rawValue)"
        case .release(let id): "releases/\(id)"
        case .provider(let id): "providers/\(id)"
        case .connectionDefault(let key): "connections/defaults/\(key)"
        case .systemSettings: "system-settings"
        case .skill(let id): "skills/\(id)"
        }
    }

    /// Parses the text of ``description``; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        switch (parts.first, parts.count) {
        case ("agents", 2): self.init(AgentID(parts[1]), Self.agent)
        case ("agents", 4) where parts[2] == "documents":
            guard let id = AgentID(parts[1]), let kind = DocumentKind(rawValue: String(parts[3])) else { return nil }
            self = .document(id, kind)
        case ("releases", 2): self.init(AgentID(parts[1]), Self.release)
        case ("providers", 2): self.init(ProviderID(parts[1]), Self.provider)
        case ("connections", 3) where parts[1] == "defaults":
            self.init(ConnectionKey(parts[2]), Self.connectionDefault)
        case ("system-settings", 1): self = .systemSettings
        case ("skills", 2): self.init(SkillID(parts[1]), Self.skill)
        default: return nil
        }
    }

    private init?<ID>(_ id: ID?, _ make: (ID) -> ResourceName) {
        guard let id else { return nil }
        self = make(id)
    }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }
}
