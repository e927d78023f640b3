package import HashTreeCollections

/// A git tree decoded and checked; immutable.
///
/// It holds what the tree says, good or bad: a broken document keeps its text and its diagnostics. Copies share
/// everything that is equal, so the tree after a change costs as much as the change.
package struct StateTree: Sendable {
    package internal(set) var agents: TreeDictionary<AgentID, AgentFolder> = [:]
    package internal(set) var releases: TreeDictionary<AgentID, Release> = [:]
    package internal(set) var skills: TreeDictionary<SkillID, SkillFolder> = [:]
    package internal(set) var providers: TreeDictionary<ProviderID, Document<ProviderFacts>> = [:]
    package internal(set) var connections: TreeDictionary<ConnectionKey, Document<ConnectionFacts>> = [:]
    package internal(set) var settings: Document<SettingsFacts>?
    /// The facts are the layout's version.
    package internal(set) var format: Document<Int>?
    /// Files that are allowed and mean nothing to the server, by path.
    package internal(set) var companions: TreeDictionary<String, BlobID> = [:]
    /// Entries that may not be in a tree, by path.
    package internal(set) var strays: TreeDictionary<EntryPath, Diagnostic> = [:]
    /// Everything that is wrong with single documents, by path.
    package internal(set) var problems: TreeDictionary<String, [Diagnostic]> = [:]
    /// The names of all agents, sorted; lists are pages of it.
    package internal(set) var agentIDs: [AgentID] = []
    /// How many files the folders of agents and skills have together.
    var folderFileCount = 0

    /// A tree without entries.
    package static let empty = StateTree()

    private init() {}

    /// Whether the tree has no entries at all.
    package var isEmpty: Bool {
        agents.isEmpty && releases.isEmpty && skills.isEmpty && providers.isEmpty && connections.isEmpty
            && settings == nil && format == nil && companions.isEmpty && strays.isEmpty
    }

    /// How many entries the tree has, good and bad.
    package var fileCount: Int {
        folderFileCount + releases.count + providers.count + connections.count + (settings == nil ? 0 : 1)
            + (format == nil ? 0 : 1) + companions.count + strays.count
    }

    /// The file at `path`, when it is one that the server reads.
    package func file(at path: String) -> StateFile? { Layout.role(of: path).flatMap(file) }

    /// The file that plays `role`.
    package func file(_ role: FileRole) -> StateFile? {
        switch role {
        case .format: format?.file
        case .systemSettings: settings?.file
        case .agentDefinition(let id): agents[id]?.definition?.file
        case .agentDocument(let id, let kind): agents[id]?.document(kind)?.file
        case .release(let id): releases[id]?.document.file
        case .provider(let id): providers[id]?.file
        case .connectionDefault(let key): connections[key]?.file
        case .skill(let id): skills[id]?.document?.file
        case .skillAsset, .companion: nil
        }
    }

    /// The names of agents that sort after `position`, in order.
    package func agentIDs(after position: String) -> ArraySlice<AgentID> {
        agentIDs[agentIDs.partitioningIndex { $0.description > position }...]
    }

    /// Whether there is a file at `path` whose content the server does not read.
    package func hasUnreadFile(at path: String) -> Bool { unreadBlob(at: path) != nil }

    /// The name of a file at `path` whose content the server does not read.
    package func unreadBlob(at path: String) -> BlobID? {
        switch Layout.role(of: path) {
        case .skillAsset(let id):
            let assets = skills[id]?.assets ?? []
            let index = assets.partitioningIndex { $0.path >= path }
            return index < assets.count && assets[index].path == path ? assets[index].blob : nil
        case .companion: return companions[path]
        default: return nil
        }
    }

    /// Whether an agent's release pins a definition that its folder no longer has.
    package func hasUnpublishedChanges(_ id: AgentID) -> Bool {
        guard let facts = releases[id]?.facts else { return false }
        return facts.definition != agents[id]?.tree
    }
}
