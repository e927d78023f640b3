/// Brings a working tree from one commit to another: files, index and branch together, under git's own lock.
///
/// The order is the one that a crash or a person's `git commit` at any moment cannot turn against anybody: journal, files,
/// index beside the lock, branch by compare-and-swap, index in place. A commit that somebody started before finds its
/// branch elsewhere and ends; one that starts meanwhile finds the lock.
struct Projection: ~Copyable {
    /// Why nothing was done.
    enum Obstacle: Hashable, Sendable {
        /// Somebody is in the middle of something.
        case activity(WorkingTreeActivity)
        /// Files that have edits which nobody has read, or that are something else than they were.
        case edits([EntryPath])
        /// The branch of the working tree has moved meanwhile.
        case moved
    }

    let folder: WorkingTreeFolder
    let from: CommitID?
    let to: CommitID
    /// Content that was read and taken over, by path: it may be replaced as if it were the old one.
    let known: [EntryPath: BlobID]
    let changes: [TreeChange]
    let files: WorkingTreeFiles
    let checkout: GitCheckout

    /// - Throws: ``GitError`` when the commits differ in more files than are projected.
    init(
        _ folder: WorkingTreeFolder,
        from: CommitID?,
        to: CommitID,
        known: [EntryPath: BlobID] = [:],
        in repository: borrowing GitRepository
    ) throws(GitError) {
        let old: TreeID? = if let from { try repository.readCommit(from).tree } else { nil }
        let limits = TreeDiffLimits(changes: StateLoader.maximumChanges)
        let changes = try repository.changes(from: old, to: repository.readCommit(to).tree, limits: limits)
        let files = try WorkingTreeFiles(folder)
        let checkout = try GitCheckout(around: folder.root)
        self.folder = folder
        self.from = from
        self.to = to
        self.known = known
        self.changes = changes
        self.files = files
        self.checkout = checkout
    }

    /// Does it.
    ///
    /// - Parameter index: the index that was read last.
    /// - Returns: what stood in the way, when nothing was done.
    /// - Throws: ``GitError``; then ``WorkingTreeRecovery`` brings things to order.
    borrowing func run(
        _ index: WorkingTreeIndex?,
        from tree: TreeID,
        in repository: borrowing GitRepository
    ) throws(GitError) -> Obstacle? {
        let steps = try prepare(in: repository)
        if let activity = folder.activity() { return .activity(activity) }
        let lock: IndexLock
        do {
            lock = try IndexLock(folder)
        } catch {
            guard error.code == .locked else { throw error }
            return .activity(.indexLocked)
        }
        // Looked at again, now that nobody else can change it.
        guard try repository.target(of: .worktree) == from else { return .moved }
        guard let index = try WorkingTreeIndex(of: folder, known: index), index.tree == tree, !index.isInConflict else {
            return .activity(.staged)
        }
        let obstacles = try obstacles(steps, index)
        guard obstacles.isEmpty else { return .edits(obstacles) }
        try ProjectionJournal(from: from, to: to).write(in: folder)
        var swaps = FileSwaps()
        do {
            let refused = try swap(steps, &swaps)
            if refused.isEmpty {
                try finish(steps, swaps, index, lock, in: repository)
                return nil
            }
            try undo(swaps)
            try ProjectionJournal.remove(in: folder)
            return .edits(refused)
        } catch {
            guard error.code == .modified else { throw error }
            try undo(swaps)
            try ProjectionJournal.remove(in: folder)
            return .moved
        }
    }

    /// Draws up the index, moves the branch, and puts the index in place.
    private borrowing func finish(
        _ steps: [ProjectionStep],
        _ swaps: FileSwaps,
        _ index: WorkingTreeIndex,
        _ lock: consuming IndexLock,
        in repository: borrowing GitRepository
    ) throws(GitError) {
        let draft = try IndexDraft.make(of: folder, index)
        try record(steps, in: draft)
        try draft.write()
        try lock.stage(draft.path)
        // A program that had one of the files open may have written to it after the look that followed its exchange.
        guard try swaps.areUntouched() else { throw GitError(.modified, "project", "a file was written meanwhile") }
        try repository.compareAndSwap(.worktree, from: from, to: to, reflog: "gitplane: follow main")
        try lock.commit()
        swaps.discard()
        try ProjectionJournal.remove(in: folder)
    }
}
