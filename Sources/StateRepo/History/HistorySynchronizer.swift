/// Brings the history index to a commit: adds what is missing, drops what is no longer on the chain.
package struct HistorySynchronizer {
    private let scanner: HistoryScanner
    private let index: any HistoryIndexing
    private let reading: HistoryReading

    package init(scanner: HistoryScanner, index: any HistoryIndexing) {
        self.init(scanner: scanner, index: index, reading: HistoryReading())
    }

    package init(scanner: HistoryScanner, index: any HistoryIndexing, reading: HistoryReading) {
        self.scanner = scanner
        self.index = index
        self.reading = reading
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
    /// An empty index begins with the oldest commit down to which all can be read: see ``cut()``.
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
        do {
            try repository.firstParentWalk(from: head) { (commit) throws(GitError) in
                if known != nil {
                    do { junction = try index.entry(commit.id) } catch { failure = error }
                    guard junction == nil, failure == nil else { return .stop }
                }
                missing.append(Missing(id: commit.id, push: try attribution.push(of: commit.id, in: repository)))
                return .continue
            }
        } catch {
            // An empty index can begin after a commit that is damaged; one with numbers in it waits for the commit.
            guard error.isDamage, known == nil, !missing.isEmpty else { throw error }
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

    /// The commit that the first indexed one was built on; `nil` when the index begins with the first commit there is.
    package func cut() throws -> CommitID? { try index.entry(sequence: 1)?.parents.first }

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
        for start in stride(from: 0, to: commits.count, by: reading.batch) {
            let batch = commits[start..<min(start + reading.batch, commits.count)]
            let read = try reading.read(batch.map(\.id), before: before, in: repository)
            var entries: [HistoryEntry] = []
            for (missing, read) in zip(batch, read) {
                let entry = scanner.entry(read.commit, paths: read.paths, after: previous, push: missing.push)
                entries.append(entry)
                previous = entry
            }
            try index.append(entries)
            before = read.last?.commit.tree
        }
        return previous
    }
}
