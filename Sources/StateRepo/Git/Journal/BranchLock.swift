import Glibc

/// Git's own lock of a branch, the file `<ref>.lock`: while it is there, nobody else moves the branch.
struct BranchLock {
    /// What the file says until it names a commit, so that a start knows a lock of a killed server from one of git.
    static let mark = Array("gitplane\n".utf8)

    private let ref: String
    private let files: WriterFiles

    private var path: String { "\(ref).lock" }

    /// - Throws: `locked` when another writer has it.
    init(_ branch: RefName, repositoryAt path: String, _ files: WriterFiles) throws(GitError) {
        self.ref = "\(path)/\(branch)"
        self.files = files
        do throws(GitError) {
            let descriptor = try files.create("\(ref).lock", mode: 0o666, .lockBranch)
            // Without the mark it is a lock all the same.
            _ = Self.mark.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            close(descriptor)
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
