/// The paths of a change, sorted by what they mean.
struct TouchedResources {
    private(set) var paths: [String] = []
    private(set) var companionPaths: [String] = []
    /// Agents of which any file is touched.
    private(set) var agents: Set<AgentID> = []
    /// Agents whose `agent.json` is touched.
    private(set) var definitions: Set<AgentID> = []
    private(set) var releases: Set<AgentID> = []
    /// Skills of which any file is touched.
    private(set) var skills: Set<SkillID> = []
    /// Skills whose `SKILL.md` is touched.
    private(set) var skillDocuments: Set<SkillID> = []
    private(set) var providers: Set<ProviderID> = []
    private(set) var connections: Set<ConnectionKey> = []
    private(set) var touchesSettings = false
    private(set) var touchesFormat = false
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
        self.paths = paths.sorted()
    }

    private mutating func note(_ role: FileRole, _ path: String) {
        switch role {
        case .agentDefinition(let id):
            agents.insert(id)
            definitions.insert(id)
        case .agentDocument(let id, _): agents.insert(id)
        case .skill(let id):
            skills.insert(id)
            skillDocuments.insert(id)
        case .skillAsset(let id):
            skills.insert(id)
            companionPaths.append(path)
        case .provider(let id): providers.insert(id)
        case .connectionDefault(let key): connections.insert(key)
        case .systemSettings: touchesSettings = true
        case .companion: companionPaths.append(path)
        case .format: touchesFormat = true
        case .release: return
        }
    }
}
