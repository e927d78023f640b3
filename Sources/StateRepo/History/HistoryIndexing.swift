package import Foundation

/// How far an index can be relied on.
package enum HistoryIndexState: Sendable {
    case whole
    /// Commits that were given to it are missing.
    case behind
    /// It has to be made anew.
    case damaged
}

/// What can be asked about the history of `main` without walking it; rebuilt from git when missing or behind.
///
/// Calls block (they read and write a local database) and belong on a thread that may.
package protocol HistoryIndexing: Sendable {
    /// The newest indexed commit, or `nil` when the index is empty.
    func head() throws -> HistoryEntry?
    /// Adds commits that follow the newest one, oldest first, in one transaction.
    func append(_ entries: [HistoryEntry]) throws
    /// Adds commits like ``append(_:)``, without waiting for it: every later call sees them.
    ///
    /// - Parameter failed: called on any thread when they were not added, and what is given later may not be added either.
    func appendBehind(_ entries: [HistoryEntry], failed: @escaping @Sendable (any Error) -> Void)
    /// While it is anything but `whole`, questions are answered by an error.
    var state: HistoryIndexState { get }
    /// Whether an error says that the index does not hold what it was given.
    func isDamage(_ error: any Error) -> Bool
    /// Runs `body` with the index as it is while nobody else may ask it; when it returns, the index is whole.
    func mending<Result>(_ body: (any HistoryIndexing) throws -> Result) throws -> Result
    /// Forgets every commit above `sequence`; 0 empties the index.
    func truncate(above sequence: Int) throws
    /// Who last changed each resource that was ever touched, as of the newest commit.
    func lastChanges() throws -> [ResourceName: LastChange]
    /// The same as of `sequence`, for resources whose name is one of `names`.
    func lastChanges(of names: [ResourceName], at sequence: Int) throws -> [ResourceName: LastChange]
    /// The same as of `sequence`, for every resource.
    func lastChanges(at sequence: Int) throws -> [ResourceName: LastChange]
    /// The indexed commit of that name.
    func entry(_ revision: CommitID) throws -> HistoryEntry?
    func entry(sequence: Int) throws -> HistoryEntry?
    /// The indexed commits whose name starts with `prefix` (lowercase hexadecimal), at most `limit`.
    func entries(prefix: String, limit: Int) throws -> [HistoryEntry]
    /// The last commit that had been accepted at `time`.
    func entry(acceptedBy time: Date) throws -> HistoryEntry?
    /// Commits that match `query`, newest first.
    func entries(matching query: HistoryQuery) throws -> [HistoryEntry]
}

/// A question to the history: every given part must hold.
package struct HistoryQuery: Hashable, Sendable {
    /// Names of resources, or prefixes by whole segments (`agents/atlas` also finds its documents).
    package var resource: String?
    /// A changed file or folder.
    package var path: String?
    /// Part of the author's name or e-mail, without regard to case.
    package var author: String?
    package var channel: Channel?
    package var since: Date?
    package var until: Date?
    /// Only commits up to this one.
    package var upTo: Int
    /// Only commits before this one; where the next page starts.
    package var before: Int?
    package var limit: Int

    package init(upTo: Int, limit: Int) {
        self.upTo = upTo
        self.limit = limit
    }
}
