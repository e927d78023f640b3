import Glibc

/// Finishes what a crash cut off between the flush of commits and their sealing; does nothing when there is nothing.
///
/// Everything in the journal becomes one pack, flushed, in the place of whatever a power cut has left of its objects; then
/// the branch is moved to the last commit that was flushed, and the journal is emptied. It can itself be cut off anywhere,
/// and be done again. A journal that was damaged otherwise is kept beside.
package struct JournalRecovery {
    /// The largest journal that is read, in bytes.
    package static let maximumSize = 1 << 30
    /// The largest file of a branch that a power cut may have left without a name, in bytes: one block.
    static let maximumRef = 4_096

    package enum Outcome: Hashable, Sendable {
        case nothing
        /// The branch names the last commit of the journal, or one that was built on it.
        case recovered(CommitID)
        /// The branch names the last commit of the journal again: somebody, or a power cut, had moved it back to an older one.
        case broughtBack(CommitID, from: CommitID)
        /// Somebody has moved the branch elsewhere since; the commit is stored, and no branch names it.
        case diverged(CommitID)
    }

    private let path: String
    private let branch: RefName
    private let patience: BranchLockPatience
    private let files: WriterFiles
    private let maximumSize: Int

    /// - Parameters:
    ///   - path: the bare repository, which nobody else writes to; stale locks are removed before.
    ///   - patience: with a git that has the lock of the branch.
    ///   - maximumSize: of the journal, in bytes; tests make it small.
    package init(
        repositoryAt path: String,
        branch: RefName = .main,
        patience: BranchLockPatience = .standard,
        maximumSize: Int = Self.maximumSize,
        probe: @escaping @Sendable (WriterStep) throws(GitError) -> Void = { _ throws(GitError) in }
    ) {
        self.path = path
        self.branch = branch
        self.patience = patience
        self.files = WriterFiles(probe: probe)
        self.maximumSize = maximumSize
    }

    @discardableResult
    package func run() throws(GitError) -> Outcome {
        let place = "\(path)/\(Journal.fileName)"
        guard FileSystem.exists(place) else { return .nothing }
        let content = try FileSystem.contents(of: place, maximum: maximumSize)
        guard !content.isEmpty else { return .nothing }
        let found = JournalFrame.all(in: content)
        if found.isDamaged { try DamagedJournals(repositoryAt: path).keep(content) }
        let series = Self.series(in: found.frames)
        let shown = try lastShown(of: series)
        if !series.isEmpty {
            let objects = ObjectFiles(repositoryAt: path, files)
            try objects.write(OpenPack(merging: series.map(\.pack)), flushes: true)
            // A power cut may have left them empty.
            for one in series { try objects.removeCopies(of: one) }
        }
        let outcome = try moveBranch(series, shown, isDamaged: found.isDamaged)
        // A seal does not wait for the disk.
        if FileSystem.exists("\(path)/\(branch)") { try FileSystem.flush("\(path)/\(branch)") }
        try FileSystem.flush("\(path)/refs/heads")
        try Journal(repositoryAt: path, files).clear()
        return outcome
    }

    /// Whether ``run()`` will keep the journal beside, because something in it is damaged that a crash does not damage.
    package func isDamaged() throws(GitError) -> Bool {
        try Self.found(inRepositoryAt: path).isDamaged
    }

    /// What ``run()`` writes, whatever became of it in the repository.
    package func objects() throws(GitError) -> Set<AnyObjectID> {
        try Self.series(inRepositoryAt: path).reduce(into: []) { $0.formUnion($1.pack.entries.map(\.id)) }
    }

    /// The packs that ``run()`` writes anew or removes, as paths in the repository, whatever became of them.
    package func packs() throws(GitError) -> Set<String> {
        let heads = try Self.series(inRepositoryAt: path).flatMap(\.heads)
        return Set(heads.map { "objects/pack/pack-\($0).pack" })
    }

    /// What ``run()`` will find, without changing anything; `nothing` also when the branch has everything.
    package func forecast() throws(GitError) -> Outcome {
        let series = try Self.series(inRepositoryAt: path)
        guard let last = series.last else { return .nothing }
        let repository = try GitRepository(openingBareAt: path)
        guard repository.contains(last.head) else { return try forecast(series, last, in: repository) }
        return switch try place(of: last, in: repository) {
        case .behind(let current): outcome(last, from: current, shown: last.head)
        case .there: .nothing
        case .elsewhere: .diverged(last.head)
        }
    }

    /// While the journal alone has the last commit, its past is that of the commits that the journal was begun on.
    private func forecast(
        _ series: [Series],
        _ last: Series,
        in repository: borrowing GitRepository
    ) throws(GitError) -> Outcome {
        guard let current = try target(in: repository) else { return .recovered(last.head) }
        for base in series.reversed().compactMap(\.previous) where repository.contains(base) {
            do throws(GitError) {
                guard try repository.isAncestor(current, of: base) else { return .diverged(last.head) }
            } catch {
                guard error.code == .corrupt || error.code == .notFound else { throw error }
                return .diverged(last.head)
            }
            return outcome(last, from: current, shown: try lastShown(of: series))
        }
        return .diverged(last.head)
    }

    /// What is in the journal of the repository at `path`.
    static func series(inRepositoryAt path: String) throws(GitError) -> [Series] {
        series(in: try found(inRepositoryAt: path).frames)
    }

    private static func found(inRepositoryAt path: String) throws(GitError) -> JournalFrame.Sequence {
        let place = "\(path)/\(Journal.fileName)"
        guard FileSystem.exists(place) else { return JournalFrame.Sequence() }
        return JournalFrame.all(in: try FileSystem.contents(of: place, maximum: maximumSize))
    }

    struct Series {
        let previous: CommitID?
        private(set) var head: CommitID
        /// Every head that it had: a seal that failed may have left a pack of any of them.
        private(set) var heads: [CommitID]
        var pack = OpenPack()

        init(_ frame: JournalFrame) {
            self.previous = frame.previous
            self.head = frame.head
            self.heads = [frame.head]
        }

        mutating func grow(by frame: JournalFrame) {
            pack.append(frame.entries, frame.content)
            if heads.last != frame.head { heads.append(frame.head) }
            head = frame.head
        }
    }

    private static func series(in frames: [JournalFrame]) -> [Series] {
        var all: [Series] = []
        for frame in frames {
            if frame.startsPack { all.append(Series(frame)) }
            // What continues a frame that is damaged cannot be read either.
            guard let last = all.indices.last, frame.entries.first?.offset == all[last].pack.bytes.count else {
                continue
            }
            all[last].grow(by: frame)
        }
        return all.filter { !$0.pack.isEmpty }
    }

    /// The last commit that the branch has named, as far as that is known: a seal writes the objects, and then moves it.
    private func lastShown(of series: [Series]) throws(GitError) -> CommitID? {
        guard !series.isEmpty else { return nil }
        let repository = try GitRepository(openingBareAt: path)
        return series.last { repository.contains($0.head) }?.head
    }

    /// To the last commit; when the journal is damaged, to the last whose past can be read.
    private func moveBranch(
        _ series: [Series],
        _ shown: CommitID?,
        isDamaged: Bool
    ) throws(GitError) -> Outcome {
        guard let last = series.last else { return .nothing }
        for one in isDamaged ? series.reversed() : [last] {
            switch try moveBranch(one, shown: shown) {
            case .recovered(let commit): return .recovered(commit)
            case .broughtBack(let commit, let former): return .broughtBack(commit, from: former)
            case .diverged, .nothing: continue
            }
        }
        return .diverged(last.head)
    }

    private func moveBranch(_ last: Series, shown: CommitID?) throws(GitError) -> Outcome {
        let repository = try GitRepository(openingBareAt: path)
        if let previous = last.previous, !repository.contains(previous) { return .diverged(last.head) }
        BranchLock.discardDamagedMark(repositoryAt: path)
        let lock = try BranchLock.waiting(for: branch, repositoryAt: path, files, patience)
        do {
            switch try place(of: last, in: repository) {
            case .behind(let current):
                try lock.move(to: last.head, flushes: true)
                return outcome(last, from: current, shown: shown)
            case .there:
                try lock.release()
                return .recovered(last.head)
            case .elsewhere:
                try lock.release()
                return .diverged(last.head)
            }
        } catch {
            try lock.release()
            throw error
        }
    }

    /// What it means that the branch named an older commit, or none.
    private func outcome(_ last: Series, from current: CommitID?, shown: CommitID?) -> Outcome {
        guard let current, let shown, current != shown else { return .recovered(last.head) }
        return .broughtBack(last.head, from: current)
    }

    private enum Place {
        case behind(CommitID?)
        case there, elsewhere
    }

    private func place(of last: Series, in repository: borrowing GitRepository) throws(GitError) -> Place {
        guard let current = try target(in: repository) else { return .behind(nil) }
        guard current != last.previous else { return .behind(current) }
        guard repository.contains(current) else { return .elsewhere }
        do throws(GitError) {
            if try repository.isAncestor(last.head, of: current) { return .there }
            return try repository.isAncestor(current, of: last.head) ? .behind(current) : .elsewhere
        } catch {
            // Damage, and not of what the journal has: the branch may have gone on from there, and stays where it is.
            guard error.code == .corrupt || error.code == .notFound else { throw error }
            return .elsewhere
        }
    }

    private func target(in repository: borrowing GitRepository) throws(GitError) -> CommitID? {
        try Self.target(of: branch, repositoryAt: path, in: repository)
    }

    /// What a branch names; `nil` when a power cut, or somebody, has left no name in it.
    ///
    /// - Throws: ``GitError`` when it cannot be read what is in it: that is no proof of anything.
    static func target(
        of branch: RefName,
        repositoryAt path: String,
        in repository: borrowing GitRepository
    ) throws(GitError) -> CommitID? {
        do {
            return try repository.target(of: branch)
        } catch {
            _ = try FileSystem.contents(of: "\(path)/\(branch)", maximum: maximumRef)
            return nil
        }
    }
}
