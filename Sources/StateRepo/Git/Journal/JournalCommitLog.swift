import CLibgit2

/// A commit log that makes commits durable by one flush of a journal, and shows them to git a little later.
///
/// Commits that are appended form a pack in memory. ``flush()`` adds what is new of it to the ``Journal``: from then on a
/// crash loses nothing. ``seal()`` writes the objects where git looks for them and moves the branch, all without waiting
/// for the disk, because the journal still has everything; it is emptied when it is large, after a flush of the whole file
/// system. From the first append to the seal the log holds git's own lock of the branch.
/// It belongs to one actor.
package final class JournalCommitLog: CommitLog {
    /// How long git may not see what is acknowledged while more and more is appended.
    package static let maximumAge = Duration.milliseconds(50)
    /// How large a pack grows while more and more is appended, in bytes.
    package static let maximumPack = 8 << 20
    /// The most that is appended without a seal, in bytes of the pack; tried again at every flush.
    package static let maximumUnsealed = 64 << 20
    /// How many deltas an object can be away from a whole one.
    static let maximumDepth = 100

    let path: String
    let branch: RefName
    let patience: BranchLockPatience
    let files: WriterFiles
    let journal: Journal
    private let limits: JournalLimits
    var repository: GitRepository
    var packs: PackWatch
    private let deflater: Deflater
    private var trees: TreeMemory
    /// What is not sealed; `nil` when that is nothing, and the branch is anybody's to move.
    private var open: OpenSeries?
    /// A lock that could not be let go of.
    var unreleased: BranchLock?
    /// What somebody had made the branch name, until it is told.
    var displaced: CommitID?
    /// What was sealed, while the journal has it.
    var sealed = SealedObjects()
    /// Why a flush failed that nobody has asked for; told at the next that somebody does.
    private var failure: GitError?
    var checkpoints = CheckpointPace()

    /// Opens the bare repository at `path`, an absolute directory, and recovers what a crash left in its journal.
    ///
    /// - Parameters:
    ///   - limits: tests make them less.
    ///   - probe: called before each file operation, and what it throws is thrown instead: for tests.
    package init(
        repositoryAt path: String,
        branch: RefName = .main,
        patience: BranchLockPatience = .standard,
        limits: JournalLimits = .standard,
        probe: @escaping @Sendable (WriterStep) throws(GitError) -> Void = { _ throws(GitError) in }
    ) throws(GitError) {
        try JournalRecovery(repositoryAt: path, branch: branch, patience: patience, probe: probe).run()
        self.path = path
        self.branch = branch
        self.patience = patience
        self.limits = limits
        self.files = WriterFiles(probe: probe)
        BranchLock.discardDamagedMark(repositoryAt: path)
        self.journal = try Journal(repositoryAt: path, files, maximumFrame: limits.frame)
        self.repository = try GitRepository(openingBareAt: path)
        self.packs = PackWatch(repositoryAt: path)
        self.deflater = try Deflater()
        self.trees = TreeMemory(maximumCount: limits.directories)
    }

    package var isSealed: Bool { open == nil }

    package var isSealDue: Bool {
        guard let open else { return false }
        return open.pack.bytes.count >= limits.pack || ContinuousClock.now - open.begun >= limits.age
    }

    package func head() throws(GitError) -> CommitID? {
        if let open { return open.head }
        return try repository.target(of: branch)
    }

    package func withRepository<Result>(
        _ body: (borrowing GitRepository) throws(GitError) -> Result
    ) throws(GitError) -> Result {
        if open != nil { try settle() }
        repository.renew(&packs, openingBareAt: path)
        return try mending { () throws(GitError) in try body(repository) }
    }

    package func append(_ draft: CommitDraft, onto expected: CommitID?) throws(GitError) -> GitCommit {
        if let failure { throw failure }
        let head = try head()
        guard head == expected else {
            throw GitError(head == nil ? .notFound : .modified, "commit", "\(branch) is not at the expected commit")
        }
        guard (open?.pack.bytes.count ?? 0) < limits.unsealed else {
            throw GitError(.other, "commit", "too much waits for the branch to move")
        }
        if journal.length >= limits.backlog {
            try settle()
            try checkpoint()
        }
        let (staged, commit) = try mending { () throws(GitError) in
            try stage(draft, onto: expected, try tree(of: expected))
        }
        if open == nil { open = try begin(at: expected) }
        guard var series = open else { return commit }
        open = nil
        defer { open = series }
        try encode(staged.objects, in: &series)
        series.append(commit, staged.objects)
        return commit
    }

    package func flush() throws(GitError) {
        if let failure {
            self.failure = nil
            throw failure
        }
        guard let frame = open?.unflushedFrame else { return }
        do throws(GitError) {
            try journal.append(frame)
            open?.markFlushed()
        } catch {
            rollBack()
            throw error
        }
    }

    package func seal() throws(GitError) {
        guard let series = open, series.isFlushed else { return }
        if let head = series.head, !series.isEmpty {
            try write(series)
            sealed.add(series, named: head)
            try regainLock(of: series)
            if try makeWay(for: head, of: series) {
                try series.lock.move(to: head)
            } else {
                try series.lock.release()
            }
        } else {
            try series.lock.release()
        }
        open = nil
        trees.closePack()
        checkpointInTime()
    }

    /// Seals, and empties the journal when everything in it is on disk as git keeps it.
    package func close() throws(GitError) {
        try settle()
        try checkpoint()
    }

    private func settle() throws(GitError) {
        do throws(GitError) {
            try flush()
        } catch {
            failure = error
            throw error
        }
        try seal()
    }

    /// Forgets what was appended and is not flushed.
    private func rollBack() {
        trees.forgetAll()
        open?.rollBack()
    }
}

extension JournalCommitLog {
    private func tree(of commit: CommitID?) throws(GitError) -> TreeID? {
        if let tree = open?.tree { return tree }
        guard let commit else { return nil }
        if let tree = sealed.tree(of: commit) { return tree }
        return try repository.readCommit(commit).tree
    }

    /// Names every object of the draft.
    private func stage(
        _ draft: CommitDraft,
        onto parent: CommitID?,
        _ base: TreeID?
    ) throws(GitError) -> (StagedObjects, GitCommit) {
        let staged = StagedObjects(
            lookUp: { (id, path) throws(GitError) in try self.tree(id, at: path) },
            isStored: { id in self.open?.pack.offset(of: id) != nil || self.repository.contains(id) }
        )
        var edits: [TreeEdit] = []
        for file in draft.files {
            let value: TreeEdit.Value =
                switch file.content {
                case .bytes(let bytes):
                    .entry(
                        .blob,
                        AnyObjectID(rebinding: staged.add(try ObjectHash.blob(bytes), GIT_OBJECT_BLOB, bytes))
                    )
                case .stored(let mode, let id): .entry(mode, id)
                case .removed: .removed
                }
            edits.append(TreeEdit(file.path, value))
        }
        let tree = try staged.makeTree(base: base, changes: edits)
        let parents = [parent].compactMap(\.self) + draft.additionalParents
        let content = try GitCommit.content(tree, parents, draft.author, draft.committer, draft.message)
        let id = staged.add(try ObjectHash.commit(content), GIT_OBJECT_COMMIT, content)
        let commit = try content.withUnsafeBufferPointer { (bytes) throws(GitError) in
            try GitCommit(id: id, parsing: UnsafeRawBufferPointer(bytes))
        }
        return (staged, commit)
    }

    /// A tree from memory, or from git.
    private func tree(_ id: TreeID, at path: [EntryName]) throws(GitError) -> TreeContent {
        if let remembered = trees.tree(id, at: path) { return remembered.content }
        // What is not sealed and not remembered can be read once it is sealed.
        if open?.pack.offset(of: AnyObjectID(rebinding: id)) != nil { try settle() }
        let content = try repository.tree(id, at: path)
        trees.remember(id, content, [], at: path)
        return content
    }

    /// Adds to the pack what it does not have.
    private func encode(_ objects: [StagedObject], in series: inout OpenSeries) throws(GitError) {
        let count = series.pack.entries.count
        do throws(GitError) {
            for object in objects { try encode(object, in: &series.pack) }
        } catch {
            series.pack.truncate(to: count)
            trees.forgetAll()
            throw error
        }
    }

    private func encode(_ object: StagedObject, in pack: inout OpenPack) throws(GitError) {
        guard let tree = object.tree else {
            guard pack.offset(of: object.id) == nil else { return }
            let content = try deflater.stream(of: object)
            pack.append(object.id, .whole(object.type), size: object.content.count, deflated: content)
            return
        }
        let versions = tree.base.flatMap { trees.tree($0, at: tree.path) }?.versions ?? []
        let base = TreeMemory.base(after: versions).flatMap { pack.depth(at: $0.offset) < Self.maximumDepth ? $0 : nil }
        let offset: Int
        if let known = pack.offset(of: object.id) {
            offset = known
        } else {
            offset = try append(object, asDeltaOf: base, in: &pack)
        }
        let known = TreeMemory.adding(object.content, at: offset, to: versions)
        trees.remember(TreeID(rebinding: object.id), tree.content, known, at: tree.path)
    }

    private func append(
        _ object: StagedObject,
        asDeltaOf base: TreeMemory.Version?,
        in pack: inout OpenPack
    ) throws(GitError) -> Int {
        if let base {
            let delta = PackDelta.encode(from: base.content, to: object.content)
            if delta.count < object.content.count / 2 {
                // Most of it is the new hash of one entry.
                let content = Deflater.store(delta)
                return pack.append(object.id, .delta(from: base.offset), size: delta.count, deflated: content)
            }
        }
        let content = try deflater.stream(of: object)
        return pack.append(object.id, .whole(object.type), size: object.content.count, deflated: content)
    }

    /// Writes the objects of a series where git looks for them.
    private func write(_ series: OpenSeries) throws(GitError) {
        let writer = ObjectFiles(repositoryAt: path, files)
        if series.isSmall {
            for object in series.objects { try writer.writeLoose(object, deflater) }
        } else {
            try writer.write(series.pack, named: series.head)
        }
    }
}
