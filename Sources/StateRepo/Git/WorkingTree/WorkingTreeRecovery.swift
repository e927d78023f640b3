import Glibc

/// Makes a working tree, and brings one to order that a crash left between two steps of a projection.
///
/// Whatever state it is in, files that are neither the old nor the new version are edits and stay as they are.
struct WorkingTreeRecovery {
    let folder: WorkingTreeFolder

    /// Brings files, index and branch together.
    ///
    /// - Parameter main: what a new working tree starts with.
    /// - Throws: `locked` while somebody holds the index.
    func run(main: CommitID, in repository: borrowing GitRepository) throws(GitError) {
        let isNew = !folder.holdsFiles
        let isGone = isNew && !folder.exists("\(folder.root)/.git")
        try folder.link()
        if let journal = ProjectionJournal(of: folder) { return try resume(journal, in: repository) }
        if folder.exists(folder.journal) { try ProjectionJournal.remove(in: folder) }
        guard let head = try repository.target(of: .worktree) else {
            return try resume(start(at: main), in: repository)
        }
        // The whole folder is gone: nobody meant to remove every file of the state.
        if isGone { return try resume(start(at: head), in: repository) }
        guard try usableIndex() == nil else { return }
        // Without an index nobody knows what was checked out. Files that are missing count as removed by a person only
        // when there are others.
        if isNew { return try resume(start(at: head), in: repository) }
        try rebuildIndex(at: head, IndexLock(folder), in: repository)
    }

    /// The index; `nil` when there is none, and when it is damaged.
    ///
    /// A damaged one stays until there is another: to git, a working tree without an index is one of which every file was
    /// removed.
    private func usableIndex() throws(GitError) -> WorkingTreeIndex? {
        try WorkingTreeIndex.isDamaged(in: folder) ? nil : WorkingTreeIndex(of: folder)
    }

    private func start(at commit: CommitID) throws(GitError) -> ProjectionJournal {
        let journal = ProjectionJournal(from: nil, to: commit)
        try journal.write(in: folder)
        return journal
    }

    /// Goes on, or back when the branch had not moved yet.
    private func resume(_ journal: ProjectionJournal, in repository: borrowing GitRepository) throws(GitError) {
        let lock = try IndexLock(folder)
        var head = try repository.target(of: .worktree)
        if head == nil, journal.from == nil {
            try repository.createRef(.worktree, at: journal.to)
            head = journal.to
        }
        if head == journal.to {
            try forward(journal, lock, in: repository)
        } else if let from = journal.from, head == from {
            try back(journal, in: repository)
        }
        try ProjectionJournal.remove(in: folder)
    }

    private func forward(
        _ journal: ProjectionJournal,
        _ lock: consuming IndexLock,
        in repository: borrowing GitRepository
    ) throws(GitError) {
        let projection = try Projection(folder, from: journal.from, to: journal.to, in: repository)
        let steps = try projection.prepare(in: repository)
        for step in steps { try Self.settle(step, projection) }
        let index = try usableIndex()
        // What the projection does not touch would be missing in it.
        guard index != nil || journal.from == nil else { return try rebuildIndex(at: journal.to, lock, in: repository) }
        let old: TreeID? = if let from = journal.from { try repository.readCommit(from).tree } else { nil }
        let new = try repository.readCommit(journal.to).tree
        // Another tree in the index is a person's doing.
        guard index == nil || index?.tree == old || index?.tree == new else { return }
        let draft = try IndexDraft.make(of: folder, index)
        try projection.record(steps, in: draft)
        try draft.write()
        if index == nil { try lock.keepDamaged() }
        try lock.stage(draft.path)
        try lock.commit()
    }

    /// Puts the new version where the old one is still.
    private static func settle(_ step: ProjectionStep, _ projection: borrowing Projection) throws(GitError) {
        switch (try projection.look(step, nil), step.newBlob) {
        case (.old, .some): try projection.files.exchange(step.scratch, with: step.path)
        case (.old, nil):
            try projection.files.take(step.path, to: step.scratch)
            try projection.files.removeEmptyFolders(above: step.path)
        case (.missing, .some) where step.oldBlob == nil: try projection.files.add(step.scratch, at: step.path)
        case (.missing, _), (.new, _), (.other, _): return
        }
        unlink(step.scratch)
    }

    private func back(_ journal: ProjectionJournal, in repository: borrowing GitRepository) throws(GitError) {
        guard let from = journal.from else { return }
        let projection = try Projection(folder, from: journal.to, to: from, in: repository)
        for step in try projection.prepare(in: repository) {
            if case .missing = try projection.look(step, nil), step.newBlob != nil {
                try projection.files.add(step.scratch, at: step.path)
            } else {
                try Self.settle(step, projection)
            }
        }
    }

    /// Draws up an index of what `commit` has, and leaves it to the next look whether the files are so.
    private func rebuildIndex(
        at commit: CommitID,
        _ lock: consuming IndexLock,
        in repository: borrowing GitRepository
    ) throws(GitError) {
        let draft = try IndexDraft.make(of: folder, nil)
        let limits = TreeDiffLimits(changes: StateLoader.maximumChanges)
        try repository.diff(from: nil, to: repository.readCommit(commit).tree, limits: limits) {
            change throws(GitError) in
            if let blob = change.new?.blobID { try draft.put(change.path, unseen: blob) }
        }
        try draft.write()
        try lock.keepDamaged()
        try lock.stage(draft.path)
        try lock.commit()
    }
}
