import Foundation
package import StateRepo
import Synchronization

/// Answers for any revision of the past: snapshots as of then, and what each commit changed.
///
/// It reads with handles of its own and never holds up the writer. The last few snapshots are kept, because clients page
/// through them.
package final class StateArchive: Sendable {
    /// How many past snapshots are kept.
    package static let maximumKept = 8

    private let readers: GitReaderPool
    let index: any HistoryIndexing
    private let snapshots: SnapshotStore
    let rules: StateRules
    private let secrets: @Sendable () -> SecretInventory
    /// Whether the disk of the index has no room.
    private let isFull: @Sendable () -> Bool
    private let kept: Mutex<[StateSnapshot]>

    package init(
        readers: GitReaderPool,
        index: any HistoryIndexing,
        snapshots: SnapshotStore,
        rules: StateRules,
        secrets: @escaping @Sendable () -> SecretInventory = { .empty },
        isFull: @escaping @Sendable () -> Bool = { false }
    ) {
        self.isFull = isFull
        self.readers = readers
        self.index = index
        self.snapshots = snapshots
        self.rules = rules
        self.secrets = secrets
        self.kept = Mutex([])
    }

    /// The commit that `selector` names, on the first-parent chain up to the published head.
    ///
    /// - Throws: `revision.not_found` when there is none, or when a prefix names several.
    package func resolve(_ selector: RevisionSelector) throws(StateError) -> HistoryEntry {
        let head = try snapshots.current
        let entry: HistoryEntry?
        do {
            entry = try find(selector, upTo: head)
        } catch {
            throw unreadable(error)
        }
        guard let entry, entry.sequence <= head.sequence else {
            throw StateError(.revisionNotFound, "there is no such revision on main")
        }
        return entry
    }

    private func find(_ selector: RevisionSelector, upTo head: StateSnapshot) throws -> HistoryEntry? {
        switch selector {
        case .commit(let prefix):
            let found = try index.entries(prefix: prefix, limit: 2)
            return found.count == 1 ? found.first : nil
        case .sequence(let number): return try index.entry(sequence: number)
        case .time(let time):
            // A commit is indexed a moment before it is published: until then the time means the published head.
            let found = try index.entry(acceptedBy: time)
            guard let found, found.sequence > head.sequence else { return found }
            return try index.entry(sequence: head.sequence)
        }
    }

    /// The state as of `entry`.
    package func snapshot(at entry: HistoryEntry) async throws(StateError) -> StateSnapshot {
        let current = try snapshots.current
        if current.revision == entry.revision { return current }
        if let snapshot = kept.withLock({ $0.first { $0.revision == entry.revision } }) {
            keep(snapshot)
            return snapshot
        }
        let snapshot = try await read { [self] repository in try load(entry, near: current, in: repository) }
        keep(snapshot)
        return snapshot
    }

    /// Puts a snapshot behind those that were used before it.
    private func keep(_ snapshot: StateSnapshot) {
        kept.withLock { kept in
            kept.removeAll { $0.revision == snapshot.revision }
            kept.append(snapshot)
            if kept.count > Self.maximumKept { kept.removeFirst() }
        }
    }

    /// The past revisions whose snapshots are kept, the one last used last.
    var keptRevisions: [CommitID] { kept.withLock { $0.map(\.revision) } }

    private func load(
        _ entry: HistoryEntry,
        near current: StateSnapshot,
        in repository: borrowing GitRepository
    ) throws -> StateSnapshot {
        let tree = try repository.readCommit(entry.revision).tree
        let loader = StateLoader(decoder: rules.decoder)
        let head = try loader.load(tree, from: current.head, current.rootTree, in: repository)
        let substitution = Substitution(index: index, decoder: rules.decoder)
        let served = try substitution.serve(head, at: entry.revision, previous: nil, in: repository)
        return StateSnapshot(
            revision: entry.revision,
            sequence: entry.sequence,
            acceptedAt: entry.acceptedAt,
            rootTree: tree,
            head: head,
            serving: served.tree,
            substitutes: served.substitutes,
            lastChanges: LastChanges(try index.lastChanges(at: entry.sequence)),
            ledger: current.ledger.upTo(entry.sequence) { revision in
                do { return try self.index.entry(revision)?.sequence } catch { return nil }
            },
            dataVersion: rules.dataVersion
        )
    }

    /// The definition that a release or the ledger names.
    package func definition(_ tree: TreeID, of id: AgentID) async throws(StateError) -> AgentFolder? {
        try await read { [rules] repository in
            guard let files = try StateLoader.definition(tree, of: id, in: repository) else { return nil }
            return try AgentFolder(id: id, files: files, decoder: rules.decoder)
        }
    }

    /// The tree that the definition of an agent was in a commit; `nil` when there was no such agent.
    package func definitionTree(of id: AgentID, at revision: CommitID) async throws(StateError) -> TreeID? {
        try await read { repository in
            guard let path = EntryPath(Layout.agentFolder(id)), let file = EntryPath("agent.json"),
                let tree = try repository.lookUp(path, in: repository.readCommit(revision).tree)?.treeID,
                try repository.lookUp(file, in: tree) != nil
            else { return nil }
            return tree
        }
    }

    /// What the commit of `entry` changed against its first parent.
    package func change(_ entry: HistoryEntry) async throws(StateError) -> ChangeRecord {
        try await read { repository in try ChangeRecord(entry, in: repository) }
    }

    /// The commits that each merge among `entries` brought in, newest first, by the merge's name.
    package func merged(by entries: [HistoryEntry]) async throws(StateError) -> [CommitID: [GitCommit]] {
        let merges = entries.filter { $0.parents.count > 1 }
        guard !merges.isEmpty else { return [:] }
        return try await read { repository in
            var commits: [CommitID: [GitCommit]] = [:]
            for merge in merges {
                commits[merge.revision] = try ChangeRecord.merged(by: merge.parents, in: repository)
            }
            return commits
        }
    }

    /// The sizes of files that the state names and the server does not read, in bytes and in the order of `blobs`.
    package func sizes(of blobs: [BlobID]) async throws(StateError) -> [Int] {
        guard !blobs.isEmpty else { return [] }
        return try await read { repository in
            var sizes: [Int] = []
            for blob in blobs { sizes.append(try repository.blobSize(blob)) }
            return sizes
        }
    }

    /// What the gate would say of `changes` on the published head; nothing is written and no writer is held up.
    package func propose(_ changes: ChangeSet) async throws(StateError) -> ProposalReport {
        let snapshot = try snapshots.current
        return try await read { [rules, secrets] repository in
            try ProposalReport(changes, on: snapshot, rules, secrets(), in: repository)
        }
    }

    func read<Result: Sendable>(
        _ body: @Sendable (borrowing GitRepository) throws -> Result
    ) async throws(StateError) -> Result {
        do {
            return try await readers.read(body)
        } catch let error as StateError {
            throw error
        } catch {
            if let damage = (error as? GitError).flatMap(StateError.init(damage:)) { throw damage }
            throw StateError(.unavailable, "the repository cannot be read", cause: error)
        }
    }

    /// Commits that match `query`, newest first.
    package func entries(matching query: HistoryQuery) throws(StateError) -> [HistoryEntry] {
        do {
            return try index.entries(matching: query)
        } catch {
            throw unreadable(error)
        }
    }

    /// Without room SQLite does not even read.
    private func unreadable(_ error: any Error) -> StateError {
        let isFull = isFull()
        let message = "the history index cannot be read\(isFull ? ": the disk is full" : "")"
        return StateError(isFull ? .storageFull : .unavailable, message, cause: error)
    }
}
