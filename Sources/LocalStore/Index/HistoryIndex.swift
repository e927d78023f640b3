package import Foundation
internal import GRDB
package import StateRepo

/// The history of `main` in `index.sqlite`, so that nobody walks git to answer a question about it.
///
/// Calls block the calling thread and may come from any number of them: one writes at a time, readers wait only for what
/// ``appendBehind(_:failed:)`` was given before, and see whole appends only. Every operation throws ``LocalStoreError``.
/// What is not whole is not asked: until it is mended (``mending(_:)``) every question throws `unavailable`.
///
/// The file is replaced by an empty one when it is damaged or was made by another version: ask ``head()`` after opening
/// and append what is missing. There must be one index for each file.
package final class HistoryIndex: HistoryIndexing, Sendable {
    /// The most commits that one query may ask for.
    package static let maximumLimit = 10_000

    private let pool: DatabasePool
    private let standing: IndexStanding
    /// Whether it answers although the file is not whole.
    private let isMending: Bool

    /// Opens the index at `path`, whose folder must exist; only the owner may read the file.
    package init(path: String) throws(LocalStoreError) {
        self.pool = try IndexFile.open(path: path)
        self.standing = IndexStanding()
        self.isMending = false
    }

    private init(mending index: HistoryIndex) {
        self.pool = index.pool
        self.standing = index.standing
        self.isMending = true
    }

    /// Ends all access, when the calls that are under way have ended; later ones fail.
    ///
    /// Nothing is lost without it; with it the next start has no log to read.
    package func close() throws(LocalStoreError) {
        let checkpoint = Result { try pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) } }
        do {
            try pool.close()
            try checkpoint.get()
        } catch {
            throw LocalStoreError(translating: error, while: "close the index")
        }
    }

    /// Adds commits that follow the newest one, oldest first, all or none.
    ///
    /// - Throws: `notConsecutive` when sequences leave a gap or repeat, or when the first parent of a commit is not the
    ///   commit before it. The first commit of an empty index must have sequence 1.
    package func append(_ entries: [HistoryEntry]) throws(LocalStoreError) {
        guard !entries.isEmpty else { return }
        try write("append to the index") { try Self.append(entries, to: $0) }
    }

    package func appendBehind(_ entries: [HistoryEntry], failed: @escaping @Sendable (any Error) -> Void) {
        guard !entries.isEmpty else { return }
        catchUp()
        do { try standing.check() } catch { return failed(error) }
        standing.begin()
        pool.asyncWrite {
            try Self.append(entries, to: $0)
        } completion: { [standing] _, result in
            guard case .failure(let error) = result else { return standing.end(nil) }
            let failure = LocalStoreError(translating: error, while: "append to the index")
            standing.end(failure)
            failed(failure)
        }
    }

    package var state: HistoryIndexState { standing.state }

    package func isDamage(_ error: any Error) -> Bool {
        guard let error = error as? LocalStoreError else { return false }
        return error.code == .corrupt || error.code == .notConsecutive
    }

    package func mending<Result>(_ body: (any HistoryIndexing) throws -> Result) throws -> Result {
        standing.shut()
        let result = try body(HistoryIndex(mending: self))
        standing.admit()
        return result
    }

    /// Forgets every commit above `sequence`; 0 empties the index, also a damaged one.
    package func truncate(above sequence: Int) throws(LocalStoreError) {
        do {
            try write("truncate the index") { try HistoryTruncation.truncate($0, above: sequence) }
        } catch  where error.code == .corrupt && sequence <= 0 {
            try remake()
        }
    }

    package func head() throws(LocalStoreError) -> HistoryEntry? {
        try read { try HistoryReader($0).head() }
    }

    package func lastChanges() throws(LocalStoreError) -> [ResourceName: LastChange] {
        try read { try LastChanges.all($0) }
    }

    package func lastChanges(
        of names: [ResourceName],
        at sequence: Int
    ) throws(LocalStoreError) -> [ResourceName: LastChange] {
        try read { try LastChanges.of(names, at: sequence, $0) }
    }

    package func lastChanges(at sequence: Int) throws(LocalStoreError) -> [ResourceName: LastChange] {
        try read { try LastChanges.all(at: sequence, $0) }
    }

    package func entry(_ revision: CommitID) throws(LocalStoreError) -> HistoryEntry? {
        try read { try HistoryReader($0).entry(revision) }
    }

    package func entry(sequence: Int) throws(LocalStoreError) -> HistoryEntry? {
        try read { try HistoryReader($0).entry(sequence: sequence) }
    }

    /// The indexed commits whose name starts with `prefix`, in the order of their names.
    ///
    /// - Parameter prefix: Lowercase hexadecimal digits; nothing starts with any other text.
    /// - Throws: `limitExceeded` for a `limit` over ``maximumLimit``.
    package func entries(prefix: String, limit: Int) throws(LocalStoreError) -> [HistoryEntry] {
        try check(limit)
        guard limit > 0, let range = RevisionRange(prefix: prefix) else { return [] }
        return try read { try HistoryReader($0).entries(range, limit: limit) }
    }

    /// The commit with the highest sequence among those accepted at `time` or before.
    package func entry(acceptedBy time: Date) throws(LocalStoreError) -> HistoryEntry? {
        try read { try HistoryReader($0).entry(acceptedBy: time) }
    }

    /// Commits that match `query`, newest first; `since` and `until` are inclusive and compared with `acceptedAt`.
    ///
    /// - Throws: `limitExceeded` for a limit over ``maximumLimit``.
    package func entries(matching query: HistoryQuery) throws(LocalStoreError) -> [HistoryEntry] {
        try check(query.limit)
        guard query.limit > 0 else { return [] }
        return try read { try HistoryReader($0).entries(query) }
    }

    private func check(_ limit: Int) throws(LocalStoreError) {
        guard limit <= Self.maximumLimit else {
            throw LocalStoreError(.limitExceeded, "one answer holds at most \(Self.maximumLimit) commits, not \(limit)")
        }
    }

    private static func append(_ entries: [HistoryEntry], to database: Database) throws {
        try HistoryContinuity.check(entries, following: HistoryReader(database).head())
        var writer = try HistoryWriter(database)
        try writer.append(entries)
    }

    /// Waits until everything that was to be added behind is.
    private func catchUp() {
        // Writes have their turn in the order in which they came.
        if standing.isBusy { pool.writeWithoutTransaction { _ in } }
    }

    private func read<Result>(_ body: (Database) throws -> Result) throws(LocalStoreError) -> Result {
        catchUp()
        if isMending { return try ask(body) }
        return try standing.answer { () throws(LocalStoreError) in try ask(body) }
    }

    private func ask<Result>(_ body: (Database) throws -> Result) throws(LocalStoreError) -> Result {
        do {
            return try pool.read(body)
        } catch {
            let failure = LocalStoreError(translating: error, while: "read the index")
            standing.note(failure)
            throw failure
        }
    }

    private func write(_ activity: String, _ body: (Database) throws -> Void) throws(LocalStoreError) {
        do {
            try pool.write(body)
        } catch {
            let failure = LocalStoreError(translating: error, while: activity)
            standing.note(failure)
            throw failure
        }
    }

    private func remake() throws(LocalStoreError) {
        do {
            try pool.erase()
            try IndexSchema.migrator.migrate(pool)
        } catch {
            throw LocalStoreError(translating: error, while: "remake the index")
        }
    }
}
