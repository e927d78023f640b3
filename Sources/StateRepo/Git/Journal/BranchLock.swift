import Glibc

/// Git's own lock of a branch, the file `<ref>.lock`: while it is there, nobody else moves the branch.
struct BranchLock {
    private let ref: String
    private let files: WriterFiles

    private var path: String { "\(ref).lock" }

    /// - Throws: `locked` when another writer has it.
    init(_ branch: RefName, repositoryAt path: String, _ files: WriterFiles) throws(GitError) {
        self.ref = "\(path)/\(branch)"
        self.files = files
        do throws(GitError) {
            close(try files.create("\(ref).lock", mode: 0o666, .lockBranch))
        } catch {
            guard error.code == .exists else { throw error }
            throw GitError(.locked, "lock branch", "another writer has the lock of \(branch)")
        }
    }

    /// Makes the branch name `commit`, and lets go of the lock; nothing is flushed unless `flushes` says so.
    func move(to commit: CommitID, flushes: Bool = false) throws(GitError) {
        try files.probe(.moveBranch)
        try FileSystem.write(Array("\(commit)\n".utf8), to: path)
        if flushes { try FileSystem.flush(path) }
        try files.rename(path, ref, .moveBranch)
    }

    /// Lets go of the lock without having moved the branch.
    func release() throws(GitError) { try files.remove(path, .unlockBranch) }
}
