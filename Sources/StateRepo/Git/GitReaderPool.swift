import Concurrency
import Synchronization

/// One handle for reading, on a queue of its own.
package actor GitReader {
    private let executor: QueueExecutor
    private let path: String
    private var repository: GitRepository
    private var packs: PackWatch

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init(openingBareAt path: String) throws(GitError) {
        self.executor = QueueExecutor(label: "git-reader")
        self.path = path
        self.repository = try GitRepository(openingBareAt: path)
        self.packs = PackWatch(repositoryAt: path)
    }

    /// Lends the handle to `body`, which must not keep it and must not write.
    package func read<Result: Sendable>(
        _ body: @Sendable (borrowing GitRepository) throws -> Result
    ) throws -> Result {
        try Task.checkCancellation()
        repository.renew(&packs, openingBareAt: path)
        return try body(repository)
    }
}

/// A few readers of one repository, so that a long history query does not hold up the others.
///
/// A read goes to the reader with the fewest reads waiting. Reads see a ref's move as soon as it is on disk, but two reads
/// need not see the same head: what belongs together is read by one closure, or by commit id.
package final class GitReaderPool: Sendable {
    /// How many readers a pool can have.
    package static let sizes = 1...8

    private let readers: [GitReader]
    private let prepare: @Sendable () async throws -> Void
    private let mend: @Sendable () async -> Void
    private let waiting: Mutex<[Int]>

    /// Opens `size` handles; values out of ``sizes`` are brought into it.
    ///
    /// - Parameters:
    ///   - prepare: awaited before each read, so that the writer can show what it has acknowledged.
    ///   - mend: awaited when an object is missing, before the one further read.
    package init(
        openingBareAt path: String,
        size: Int = 3,
        prepare: @escaping @Sendable () async throws -> Void = {},
        mend: @escaping @Sendable () async -> Void = {}
    ) throws(GitError) {
        var readers: [GitReader] = []
        for _ in 0..<min(max(size, Self.sizes.lowerBound), Self.sizes.upperBound) {
            readers.append(try GitReader(openingBareAt: path))
        }
        self.readers = readers
        self.prepare = prepare
        self.mend = mend
        self.waiting = Mutex(Array(repeating: 0, count: readers.count))
    }

    /// Runs `body` with one of the handles, which it must not keep and not write with.
    ///
    /// - Throws: what `body` throws; `CancellationError` when the task was cancelled before its turn came.
    package func read<Result: Sendable>(
        _ body: @Sendable (borrowing GitRepository) throws -> Result
    ) async throws -> Result {
        try await prepare()
        let index = waiting.withLock { waiting in
            let index = waiting.indices.min { waiting[$0] < waiting[$1] } ?? 0
            waiting[index] += 1
            return index
        }
        defer { waiting.withLock { $0[index] -= 1 } }
        do {
            return try await readers[index].read(body)
        } catch let error as GitError where error.isDamage {
            // Whatever there was to mend: it may have been mended a moment ago, for somebody else who missed it.
            await mend()
            return try await readers[index].read(body)
        }
    }
}
