package import Foundation
import HashTreeCollections

/// Every definition that was ever published, by agent and version number (contract, section 3).
///
/// It mirrors the ref `refs/gitplane/releases`; a number names one definition for ever, also after the agent is gone.
package struct ReleaseLedger: Sendable {
    /// One published definition.
    package struct Entry: Hashable, Sendable {
        package let version: Int
        package let definition: TreeID
        package let publishedAt: Date
        /// The author's name of the commit that published it.
        package let publishedBy: String
        /// The commit of `main` that published it.
        package let revision: CommitID

        package init(version: Int, definition: TreeID, publishedAt: Date, publishedBy: String, revision: CommitID) {
            self.version = version
            self.definition = definition
            self.publishedAt = publishedAt
            self.publishedBy = publishedBy
            self.revision = revision
        }
    }

    private var agents: TreeDictionary<AgentID, [Entry]> = [:]

    package init() {}

    /// How many definitions were published.
    package var count: Int { agents.reduce(0) { $0 + $1.value.count } }

    /// What was published of an agent, by ascending version.
    package func entries(of id: AgentID) -> [Entry] { agents[id] ?? [] }

    package func entry(of id: AgentID, version: Int) -> Entry? { entries(of: id).first { $0.version == version } }

    /// Whether it has what a commit of `main` published of an agent.
    package func has(_ revision: CommitID, of id: AgentID) -> Bool {
        entries(of: id).contains { $0.revision == revision }
    }

    /// The highest number an agent of this name ever had; 0 before the first.
    package func highestVersion(of id: AgentID) -> Int { agents[id]?.last?.version ?? 0 }

    /// The ledger as it was at a revision.
    ///
    /// - Parameter sequenceOf: the sequence number of a revision; `nil` when it is no longer on the chain.
    package func upTo(_ sequence: Int, sequenceOf: (CommitID) -> Int?) -> ReleaseLedger {
        var ledger = ReleaseLedger()
        for (id, entries) in agents {
            for entry in entries where sequenceOf(entry.revision).map({ $0 <= sequence }) ?? false {
                ledger.record(entry, of: id)
            }
        }
        return ledger
    }

    /// Adds an entry; a number that is there already keeps its first definition.
    package mutating func record(_ entry: Entry, of id: AgentID) {
        var entries = agents[id] ?? []
        guard !entries.contains(where: { $0.version == entry.version }) else { return }
        entries.append(entry)
        entries.sort { $0.version < $1.version }
        agents[id] = entries
    }
}
