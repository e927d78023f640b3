import Concurrency
package import Foundation
package import Logging
package import StateRepo

/// Keeps a working tree in step with `main`, in both directions; one pass at a time.
///
/// A pass merges commits of the branch `worktree`, takes edits over that have rested for the quiet period, and then brings
/// the folder to the head of `main`. It never writes to `main` itself: that is ``StatePublisher``'s.
package actor WorkingTreeKeeper {
    /// So many files may be gone in any case before their removal is believed.
    package static let maximumRemovals = 20

    package struct Configuration: Sendable {
        package let folder: WorkingTreeFolder
        package let mode: WorkingTreeMode
        /// How long an edit must have rested.
        package let quiet: Duration
        package let identity: ServerIdentity
        /// Whoever can write to the folder.
        package let principal: Principal
        /// Time since some moment, for the quiet period.
        package let elapsed: @Sendable () -> Duration
        package let now: @Sendable () -> Date

        package init(
            folder: WorkingTreeFolder,
            mode: WorkingTreeMode,
            quiet: Duration,
            identity: ServerIdentity,
            principal: Principal,
            elapsed: @escaping @Sendable () -> Duration = Self.sinceStart(),
            now: @escaping @Sendable () -> Date = { Date() }
        ) {
            self.folder = folder
            self.mode = mode
            self.quiet = quiet
            self.identity = identity
            self.principal = principal
            self.elapsed = elapsed
            self.now = now
        }

        /// A clock that starts with 0 and never goes back.
        package static func sinceStart() -> @Sendable () -> Duration {
            let start = ContinuousClock.now
            return { start.duration(to: ContinuousClock.now) }
        }
    }

    /// How thorough a pass is.
    package enum Depth: Sendable {
        /// Looks at the branch, and brings the folder to `main`: costs what the change costs, and git's index file.
        case branch
        /// Looks at every file too.
        case everything
    }

    private let executor: QueueExecutor
    let configuration: Configuration
    let publisher: StatePublisher
    private(set) var repository: GitRepository
    private var packs: PackWatch
    let logger: Logger
    package nonisolated let board: WorkingTreeBoard
    var tree: GitWorkingTree
    var memory = EditMemory()
    /// What was found by the last look at every file.
    var found = WorkingTreeEdits(edits: [], folders: [], trackedCount: 0)
    /// What was refused last; it is not asked about again until something changes.
    var refusal: Refusal?
    /// What the last pass has to say.
    var report = WorkingTreeReport()
    /// Since when a git command keeps the folder from being brought up to `main`.
    var waitingForGit: Duration?
    /// Since when a git command has the index.
    var lockedSince: Duration?
    /// Whether what an earlier run took over was looked for.
    var hasRecalled = false
    private var isPassing = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Throws: ``GitError`` when the repository cannot be opened.
    package init(
        _ configuration: Configuration,
        publisher: StatePublisher,
        board: WorkingTreeBoard,
        logger: Logger
    ) throws(GitError) {
        self.executor = QueueExecutor(label: "gitplane.working-tree")
        self.configuration = configuration
        self.publisher = publisher
        self.repository = try GitRepository(openingBareAt: configuration.folder.repository)
        self.packs = PackWatch(repositoryAt: configuration.folder.repository)
        self.board = board
        self.logger = logger
        self.tree = GitWorkingTree(configuration.folder)
    }

    /// Does one pass, after the one that is under way; what it finds is shown on the board.
    ///
    /// - Returns: whether it should be done again soon, because something waits.
    @discardableResult
    package func pass(_ depth: Depth) async -> Bool {
        await enter()
        defer { leave() }
        report = WorkingTreeReport()
        repository.renew(&packs, openingBareAt: configuration.folder.repository)
        do {
            try await run(depth)
        } catch {
            note(error)
        }
        show()
        return report.isWaiting
    }

    /// The folders that were looked into by the last look at every file, relative to the root.
    package var folders: [String] { found.folders }

    private func enter() async {
        guard isPassing else {
            isPassing = true
            return
        }
        await withCheckedContinuation { waiters.append($0) }
    }

    private func leave() {
        guard !waiters.isEmpty else {
            isPassing = false
            return
        }
        waiters.removeFirst().resume()
    }

    private func note(_ error: any Error) {
        switch error {
        case let error as GitError where error.code == .locked:
            report.set(.indexLocked)
        case let error as GitError where error.code == .limitExceeded:
            // A file has to change before it is worth looking again. What else is too large is told with host paths.
            let isScan = error.operation == "read working tree"
            return report.set(.tooMuch, isScan ? error.message : "the working tree is larger than what is read")
        case let error as StateError where error.code == .unavailable:
            report.set(.unavailable, error.message)
        default:
            logger.error("working tree cannot be kept", metadata: ["error": "\(error)"])
            report.set(.unavailable, "the working tree cannot be used right now: the server's log says why")
        }
        report.isWaiting = true
    }
}

extension WorkingTreeKeeper: WorkingTreeReading {
    package func read() async throws(StateError) -> WorkingTreeView? {
        await enter()
        defer { leave() }
        do {
            guard let head = try repository.target(of: .worktree) else { return nil }
            let root = try repository.readCommit(head).tree
            var edits: [EntryPath: FileVersions.Version?] = [:]
            for change in try tree.staged(beside: root, in: repository) {
                let staged = change.new.map { FileVersions.Version(mode: $0.mode, id: $0.id, content: nil) }
                edits.updateValue(staged, forKey: change.path)
            }
            for edit in try tree.edits().edits {
                switch edit.content {
                case .refused: edits.removeValue(forKey: edit.path)
                case .removed: edits.updateValue(nil, forKey: edit.path)
                case .file(let blob, let content): edits.updateValue(.plain(blob, content), forKey: edit.path)
                }
            }
            return WorkingTreeView(revision: head, edits: edits)
        } catch {
            throw StateError(.unavailable, "the working tree cannot be read", cause: error)
        }
    }

    /// An edit with what the commit that is checked out has; `nil` for what cannot be read.
    static func versions(
        of edit: WorkingTreeEdit,
        in root: TreeID,
        _ repository: borrowing GitRepository
    ) throws(GitError) -> FileVersions? {
        let old = try FileVersions.Version(at: edit.path, of: root, in: repository)
        switch edit.content {
        case .refused: return nil
        case .removed: return FileVersions(path: edit.path, old: old, new: nil)
        case .file(let blob, let content):
            return FileVersions(path: edit.path, old: old, new: .plain(blob, content))
        }
    }
}

extension WorkingTreeKeeper: ReconcileParticipant {
    /// The service of a working tree has a pace of its own.
    package nonisolated var reasons: Set<ReconcileReason> { [.requested] }

    /// Looks at every file now; what has not rested for the quiet period stays an edit.
    package func takePart() async { await pass(.everything) }
}

extension FileVersions.Version {
    fileprivate static func plain(_ blob: BlobID, _ content: [UInt8]) -> Self {
        Self(mode: .blob, id: AnyObjectID(rebinding: blob), content: content)
    }
}
