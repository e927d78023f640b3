/// The paths of a change, sorted by what they mean.
struct TouchedResources {
    private(set) var paths: [String] = []
    private(set) var companionPaths: [String] = []
    private(set) var agents: Set<AgentID> = []
    private(set) var releases: Set<AgentID> = []
    private(set) var skills: Set<SkillID> = []
    private(set) var providers: Set<ProviderID> = []
    private(set) var connections: Set<ConnectionKey> = []
    private(set) var touchesSettings = false
    /// Anything besides release files.
    private(set) var touchesDefinitions = false

    init(_ touched: [EntryPath]) {
        var paths: Set<String> = []
        for path in touched {
            guard let text = path.text, let role = Layout.role(of: text) else {
                touchesDefinitions = true
                continue
            }
            paths.insert(text)
            if case .release(let id) = role { releases.insert(id) } else { touchesDefinitions = true }
            note(role, text)
        }
        // A folder that lost its definition is a problem of agent.json, whichever of its files changed.
        for id in agents { paths.insert("\(Layout.agentFolder(id))/agent.json") }
        for id in skills { paths.insert("skills/\(id)/SKILL.md") }
        self.paths = paths.sorted()
    }

    private mutating func note(_ role: FileRole, _ path: String) {
        switch role {
        case .agentDefinition(let id), .agentDocument(let id, _): agents.insert(id)
        case .skill(let id): skills.insert(id)
        case .skillAsset(let id):
            skills.insert(id)
            companionPaths.append(path)
        case .provider(let id): providers.insert(id)
        case .connectionDefault(let key): connections.insert(key)
        case .systemSettings: touchesSettings = true
        case .companion: companionPaths.append(path)
        case .format, .release: return
        }
    }
}
