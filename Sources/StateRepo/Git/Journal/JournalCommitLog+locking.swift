/// While anything is not sealed, the log has git's lock of the branch.
extension JournalCommitLog {
    /// Takes the branch's lock, and looks at the branch again now that nobody else can move it.
    func begin(at expected: CommitID?) throws(GitError) -> OpenSeries {
        // What is built on is not read again, so it has to be looked whether it is there.
        if !sealed.hasLast(in: ObjectFiles(repositoryAt: path, files)) { try mend() }
        repository.renew(&packs, openingBareAt: path)
        let lock: BranchLock
        if let unreleased, unreleased.isHeld {
            lock = unreleased
        } else {
            lock = try BranchLock.waiting(for: branch, repositoryAt: path, files, patience)
        }
        unreleased = lock
        do throws(GitError) {
            let head = try repository.target(of: branch)
            guard head == expected else {
                throw GitError(head == nil ? .notFound : .modified, "commit", "\(branch) was moved")
            }
            unreleased = nil
            return OpenSeries(lock: lock, at: expected)
        } catch {
            try lock.release()
            unreleased = nil
            throw error
        }
    }

    package func takeDisplaced() -> CommitID? {
        defer { displaced = nil }
        return displaced
    }

    /// Takes the lock again when somebody has removed it.
    ///
    /// - Throws: `locked` when somebody else has it now: nobody waits for him here, because a seal is tried again.
    func regainLock(of series: OpenSeries) throws(GitError) {
        guard series.lock.isLost else { return }
        _ = try BranchLock(branch, repositoryAt: path, files)
    }

    /// Keeps what somebody has made the branch name in spite of the lock as a lost tip, because what was acknowledged takes its
    /// place; not when its history cannot be read, because a ref to such a commit would stop every push.
    ///
    /// - Returns: whether the branch is to be moved to `head`: unless somebody has built on that already.
    func makeWay(for head: CommitID, of series: OpenSeries) throws(GitError) -> Bool {
        let current = try JournalRecovery.target(of: branch, repositoryAt: path, in: repository)
        guard let current, current != series.start else { return true }
        // An earlier try has come so far.
        guard series.pack.offset(of: AnyObjectID(rebinding: current)) == nil else { return true }
        repository.renew(&packs, openingBareAt: path)
        let isBuiltOn = try leads(head, to: current)
        if isBuiltOn == true { return false }
        if let start = series.start, try leads(current, to: start) == true { return true }
        displaced = current
        if isBuiltOn != nil { try LostTips().keep(current, in: repository) }
        return true
    }

    /// Whether `commit` is in the history of `tip`; `nil` when that cannot be read.
    private func leads(_ commit: CommitID, to tip: CommitID) throws(GitError) -> Bool? {
        guard repository.contains(commit), repository.contains(tip) else { return nil }
        do throws(GitError) {
            return try repository.isAncestor(commit, of: tip)
        } catch {
            guard error.code == .corrupt || error.code == .notFound else { throw error }
            return nil
        }
    }
}
