/// A linked working tree of the state repository: the files that people edit, git's folder for them, and their branch.
///
/// It belongs to one actor, beside a handle of the repository. Calls block.
package struct GitWorkingTree {
    /// The most edits that are read.
    package static let maximumEdits = 10_000

    package let folder: WorkingTreeFolder
    private var index: WorkingTreeIndex?
    /// Whether the last look at the index failed because it is damaged.
    private var isIndexDamaged = false

    package init(_ folder: WorkingTreeFolder) { self.folder = folder }

    /// How a projection ended.
    package enum Outcome: Hashable, Sendable {
        case done
        /// Somebody is in the middle of something.
        case busy(WorkingTreeActivity)
        /// These files have edits that were not read.
        case edited([EntryPath])
        /// The branch of the working tree moved meanwhile.
        case moved
    }

    /// Makes the working tree, or brings it to order: links, an interrupted projection, a lost or damaged index.
    ///
    /// - Parameter main: what a new working tree starts with.
    /// - Throws: `locked` while somebody holds the index.
    package mutating func recover(main: CommitID, in repository: borrowing GitRepository) throws(GitError) {
        index = nil
        isIndexDamaged = false
        try WorkingTreeRecovery(folder: folder).run(main: main, in: repository)
    }

    /// Whether something is missing that ``recover(main:in:)`` makes, or was found damaged.
    package func needsRecovery() throws(GitError) -> Bool {
        folder.exists(folder.journal) || !folder.exists(folder.index) || !folder.isLinked || isIndexDamaged
            || !folder.exists("\(folder.gitDirectory)/HEAD")
    }

    /// What somebody is in the middle of, when the branch is at a commit with the tree `tree`.
    package mutating func activity(at tree: TreeID) throws(GitError) -> WorkingTreeActivity? {
        if let activity = folder.activity() { return activity }
        guard let index = try currentIndex() else { return .staged }
        if index.isInConflict { return .merge }
        return index.tree == tree ? nil : .staged
    }

    /// The tree that the index has; `nil` without one, and while a merge is under way in it.
    package mutating func indexedTree() throws(GitError) -> TreeID? {
        guard let index = try currentIndex(), !index.isInConflict else { return nil }
        return index.tree
    }

    /// Everything in the folder that is not as the index says.
    ///
    /// - Parameters:
    ///   - limit: the most edits that are read; tests lower it.
    ///   - fileLimit: the same for the files that are looked at.
    /// - Throws: `limitExceeded` when there is more than is looked at.
    package mutating func edits(
        limit: Int = Self.maximumEdits,
        fileLimit: Int = WorkingTreeScan.maximumFiles
    ) throws(GitError) -> WorkingTreeEdits {
        guard let index = try currentIndex() else { throw GitError(.notFound, "read working tree", "it has no index") }
        return try WorkingTreeScan(folder, index, limit: limit, fileLimit: fileLimit).run()
    }

    /// By what the index differs from the tree of a commit: what `git commit` would change.
    package mutating func staged(
        beside tree: TreeID,
        in repository: borrowing GitRepository
    ) throws(GitError) -> [TreeChange] {
        guard let index = try currentIndex(), index.tree != tree else { return [] }
        var present = index.entries.mapValues { TreeChange.Entry(mode: $0.mode, id: AnyObjectID(rebinding: $0.blob)) }
        var changes: [TreeChange] = []
        for file in try repository.changes(from: nil, to: tree) {
            let staged = present.removeValue(forKey: file.path)
            if staged != file.new { changes.append(TreeChange(path: file.path, old: file.new, new: staged)) }
        }
        changes += present.map { TreeChange(path: $0.key, old: nil, new: $0.value) }
        return changes
    }

    /// Brings the files, the index and the branch from one commit to another.
    ///
    /// - Parameter known: content of edits that was taken over, by path; it may be replaced.
    package mutating func project(
        from: CommitID,
        to: CommitID,
        known: [EntryPath: BlobID],
        in repository: borrowing GitRepository
    ) throws(GitError) -> Outcome {
        let projection = try Projection(folder, from: from, to: to, known: known, in: repository)
        let tree = try repository.readCommit(from).tree
        switch try projection.run(index, from: tree, in: repository) {
        case nil: return .done
        case .activity(let activity): return .busy(activity)
        case .edits(let paths): return .edited(paths)
        case .moved: return .moved
        }
    }

    /// Whether a git command runs in the folder or in the repository, as far as that can be seen.
    package func isGitAtWork() -> Bool { ProcessTable().isGitWorking(in: [folder.root]) }

    /// Who commits here, as the configuration of the repository or of the working tree says.
    package func user() throws(GitError) -> CheckoutUser? { try GitCheckout(around: folder.root).user() }

    private mutating func currentIndex() throws(GitError) -> WorkingTreeIndex? {
        do throws(GitError) {
            index = try WorkingTreeIndex(of: folder, known: index)
        } catch {
            isIndexDamaged = try WorkingTreeIndex.isDamaged(in: folder)
            throw error
        }
        return index
    }
}
