/// Brings the history index to a commit: adds what is missing, drops what is no longer on the chain.
package struct HistorySynchronizer {
    /// How many commits are described between two transactions.
    private static let batch = 1_000

    private let scanner: HistoryScanner
    private let index: any HistoryIndexing

    package init(scanner: HistoryScanner, index: any HistoryIndexing) {
        self.scanner = scanner
        self.index = index
    }

    /// What happened to the index.
    package struct Outcome: Sendable {
        /// The newest commit.
        package let head: HistoryEntry
        /// The first new commits come first; only as many as were missing.
        package let added: [CommitID]
        /// The newest indexed commit until then, when it was dropped because the chain no longer has it.
        package let replaced: CommitID?

        /// Whether indexed commits were dropped.
        package var isRewritten: Bool { replaced != nil }
    }

    /// Indexes the first-parent chain up to `head`.
    ///
    /// - Parameters:
    ///   - announced: pushes by their tips whose notes may not be written yet.
    ///   - dropping: called with the newest indexed commit before it is dropped, because the chain no longer has it.
    package func synchronize(
        to head: CommitID,
        announced: [CommitID: PushNote] = [:],
        in repository: borrowing GitRepository,
        dropping: (CommitID) throws -> Void = { _ in }
    ) throws -> Outcome {
        let known = try index.head()
        if let known, known.revision == head { return Outcome(head: known, added: [], replaced: nil) }
        var missing: [Missing] = []
        var attribution = try PushAttribution(announced: announced, in: repository)
        var junction: HistoryEntry?
        var failure: (any Error)?
        try repository.firstParentWalk(from: head) { (commit) throws(GitError) in
            if known != nil {
                do { junction = try index.entry(commit.id) } catch { failure = error }
                guard junction == nil, failure == nil else { return .stop }
            }
            missing.append(Missing(id: commit.id, push: try attribution.push(of: commit.id, in: repository)))
            return .continue
        }
        if let failure { throw failure }
        let replaced = junction?.revision == known?.revision ? nil : known?.revision
        if let replaced {
            try dropping(replaced)
            try index.truncate(above: junction?.sequence ?? 0)
        }
        missing.reverse()
        let last = try append(missing, after: junction, in: repository) ?? junction
        guard let last else { throw GitError(.notFound, "index history", "\(head) has no commits") }
        return Outcome(head: last, added: missing.map(\.id), replaced: replaced)
    }

    /// A commit that is not indexed, and the push that brought it.
    private struct Missing {
        let id: CommitID
        let push: PushNote?
    }

    private func append(
        _ commits: [Missing],
        after junction: HistoryEntry?,
        in repository: borrowing GitRepository
    ) throws -> HistoryEntry? {
        var previous = junction
        var before = try junction.map { entry in try repository.readCommit(entry.revision).tree }
        var entries: [HistoryEntry] = []
        for commit in commits {
            let made = try repository.readCommit(commit.id)
            let entry = try scanner.entry(made, before: before, after: previous, push: commit.push, in: repository)
            before = made.tree
            entries.append(entry)
            previous = entry
            guard entries.count == Self.batch else { continue }
            try index.append(entries)
            entries.removeAll(keepingCapacity: true)
        }
        if !entries.isEmpty { try index.append(entries) }
        return previous
    }
}
