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

    /// Takes the lock again when somebody has removed it; what he has made the branch name meanwhile is kept as a lost tip,
    /// because the branch is about to name what was acknowledged.
    func regainLock(of series: OpenSeries) throws(GitError) {
        guard series.lock.isLost else { return }
        let lock = try BranchLock.waiting(for: branch, repositoryAt: path, files, patience)
        do throws(GitError) {
            try keepDisplaced(by: series)
        } catch {
            try lock.release()
            throw error
        }
    }

    /// Keeps what the branch names, unless it leads to the series or belongs to it; what cannot be read cannot be kept.
    private func keepDisplaced(by series: OpenSeries) throws(GitError) {
        repository.renew(&packs, openingBareAt: path)
        guard let head = try target(), head != series.start else { return }
        guard series.pack.offset(of: AnyObjectID(rebinding: head)) == nil, repository.contains(head) else { return }
        do throws(GitError) {
            if let start = series.start, try repository.isAncestor(head, of: start) { return }
            try LostTips().keep(head, in: repository)
            displaced = head
        } catch {
            guard error.isDamage else { throw error }
        }
    }

    private func target() throws(GitError) -> CommitID? {
        do throws(GitError) {
            return try repository.target(of: branch)
        } catch {
            _ = try FileSystem.contents(of: "\(path)/\(branch)", maximum: JournalRecovery.maximumRef)
            return nil
        }
    }
}
