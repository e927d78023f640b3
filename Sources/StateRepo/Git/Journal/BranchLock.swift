import Glibc

/// Git's own lock of a branch, the file `<ref>.lock`: while it is there, nobody else moves the branch.
///
/// It has the mark of a server from its first moment to its last, so that a start knows a lock of a killed server from one
/// of git, whatever git is doing then: it is another name of a file that has the mark already (link(2)), and what the
/// branch is to name is written elsewhere. Where files have one name only, it gets the mark a moment later.
struct BranchLock {
    /// What the file says.
    static let mark = Array("gitplane\n".utf8)
    /// The file in the repository that becomes the lock.
    static let markFileName = "gitplane.mark"
    /// The file in the repository in which a branch's next commit is written.
    static let draftFileName = "gitplane.branch"

    private let repository: String
    private let ref: String
    private let files: WriterFiles

    private var path: String { "\(ref).lock" }

    /// - Throws: `locked` when another writer has it.
    init(_ branch: RefName, repositoryAt path: String, _ files: WriterFiles) throws(GitError) {
        self.repository = path
        self.ref = "\(path)/\(branch)"
        self.files = files
        do throws(GitError) {
            try take()
        } catch {
            guard error.code == .exists else { throw error }
            throw GitError(.locked, "lock branch", "another writer has the lock of \(branch), \(self.path)")
        }
    }

    /// Takes the lock as soon as whoever has it lets go.
    static func waiting(
        for branch: RefName,
        repositoryAt path: String,
        _ files: WriterFiles,
        _ patience: BranchLockPatience
    ) throws(GitError) -> BranchLock {
        try patience.waiting { () throws(GitError) in try BranchLock(branch, repositoryAt: path, files) }
    }

    /// Removes a file with the mark that does not have it, as after a power cut; the next lock makes it anew.
    static func discardDamagedMark(repositoryAt path: String) {
        let file = "\(path)/\(markFileName)"
        // Where nothing can be removed the lock is made without it.
        if hasMark(file) != true { unlink(file) }
    }

    /// Whether the file is a lock of a server, or the file that becomes one; `nil` when there is none that can be read.
    static func hasMark(_ file: String) -> Bool? {
        guard let content = try? FileSystem.contents(of: file, maximum: 1 << 12) else { return nil }
        return content == mark
    }

    /// Makes the branch name `commit`, and lets go of the lock; nothing is flushed unless `flushes` says so.
    func move(to commit: CommitID, flushes: Bool = false) throws(GitError) {
        let draft = "\(repository)/\(Self.draftFileName)"
        // A link would lead elsewhere, and what somebody else has left could not be written.
        unlink(draft)
        try files.probe(.moveBranch)
        try FileSystem.write(Array("\(commit)\n".utf8), to: draft)
        if flushes { try FileSystem.flush(draft) }
        try files.rename(draft, ref, .moveBranch)
        try release()
    }

    /// Whether it is there still, with its mark.
    var isHeld: Bool { Self.hasMark(path) == true }

    /// Whether it is certainly no longer there, or somebody else's.
    var isLost: Bool {
        // Of a file with two names either may have been written to.
        FileSystem.isCertainlyGone(path) || Self.hasMark(path) == false && !FileSystem.isSameFile(path, markFile)
    }

    /// Lets go of the lock without having moved the branch; one that is somebody else's by now stays.
    func release() throws(GitError) {
        guard !isLost else { return }
        try files.remove(path, .unlockBranch)
    }

    private func take() throws(GitError) {
        if try files.link(markFile, path, .lockBranch) { return }
        // It is the first lock, somebody has removed the file, or it is a stranger's.
        try makeMarkFile()
        if try files.link(markFile, path, .lockBranch) { return }
        let descriptor = try files.create(path, mode: 0o666, .lockBranch)
        defer { close(descriptor) }
        do throws(GitError) {
            try files.write(Self.mark, to: descriptor, at: 0, path, .lockBranch)
        } catch {
            unlink(path)
            throw error
        }
    }

    /// On disk before it can be a lock: a power cut leaves no lock without the mark.
    private func makeMarkFile() throws(GitError) {
        let draft = "\(markFile).new"
        do throws(GitError) {
            try files.place(
                Self.mark,
                at: markFile,
                by: draft,
                writing: .lockBranch,
                showing: .lockBranch,
                flushes: true
            )
        } catch {
            // What is in the way of the draft is no lock that somebody has.
            throw error.code == .exists ? GitError(.other, error.operation, error.message) : error
        }
    }

    private var markFile: String { "\(repository)/\(Self.markFileName)" }
}
