/// The journal is emptied when git has on disk what is in it.
extension JournalCommitLog {
    /// The journal is emptied when it is larger than this, in bytes.
    package static let maximumJournal = 16 << 20
    /// How large the journal grows while it cannot be emptied, in bytes; then nothing is appended until it can.
    package static let maximumBacklog = 256 << 20

    package func takeCheckpointFailure() -> GitError? { checkpoints.takeFailure() }

    /// Empties a journal that is large; one that cannot be emptied is left for later, because what is sealed is so.
    func checkpointInTime() {
        guard checkpoints.isDue(at: journal.length) else { return }
        do throws(GitError) {
            try checkpoint()
        } catch {
            checkpoints.noteFailure(error, at: journal.length)
        }
    }

    func checkpoint() throws(GitError) {
        guard isSealed, !journal.isEmpty else { return }
        try secure()
        try files.flushEverything(path)
        try journal.clear()
        sealed.clear()
        checkpoints = CheckpointPace()
    }

    /// Makes sure that what the journal has is on disk without it, whoever is at work in the repository.
    ///
    /// Somebody may have begun before the branch named the last commits, and remove their objects later: he knows nothing of a
    /// pack that is written now. A disk that failed to write a sealed object back may have told somebody else.
    func secure() throws(GitError) {
        let series = try JournalRecovery.series(inRepositoryAt: path)
        if !series.isEmpty {
            try ObjectFiles(repositoryAt: path, files).write(OpenPack(merging: series.map(\.pack)), flushes: true)
        }
        try flushBranch()
    }

    /// Has the disk confirm what the branch names.
    private func flushBranch() throws(GitError) {
        do throws(GitError) {
            try FileSystem.flush("\(path)/\(branch)")
        } catch {
            // It is among the packed ones, or gone.
            guard error.code == .notFound else { throw error }
        }
    }
}

/// When it is tried to empty the journal.
struct CheckpointPace {
    /// The length from which on it is.
    private var next = JournalCommitLog.maximumJournal
    private var failure: GitError?

    func isDue(at length: Int) -> Bool { length > next }

    /// Each try writes all of it, so the next one waits until there is a good deal more.
    mutating func noteFailure(_ error: GitError, at length: Int) {
        next = length + length / 4
        failure = error
    }

    mutating func takeFailure() -> GitError? {
        defer { failure = nil }
        return failure
    }
}
