import Concurrency
import Glibc

/// A file operation of the writer.
package enum WriterStep: Hashable, Sendable, CaseIterable {
    case lockBranch, moveBranch, unlockBranch
    case writeJournal, flushJournal, cutJournal, flushCut
    case makeDirectory, writeObject, showObject, removeObject
    case flushEverything
}

/// The file operations of the writer, each of which a test can make fail, or the last one.
struct WriterFiles: Sendable {
    /// Called before each operation; what it throws is thrown instead.
    typealias Probe = @Sendable (WriterStep) throws(GitError) -> Void

    let probe: Probe

    /// Makes a file that nobody else has made, and leaves it open for writing.
    func create(_ path: String, mode: mode_t, _ step: WriterStep) throws(GitError) -> Int32 {
        try probe(step)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw FileSystem.error("create", path) }
        return descriptor
    }

    /// Writes at `offset`; a failure may have written a part.
    func write(
        _ bytes: [UInt8],
        to descriptor: Int32,
        at offset: Int,
        _ path: String,
        _ step: WriterStep
    ) throws(GitError) {
        try probe(step)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                pwrite(
                    descriptor,
                    bytes.baseAddress?.advanced(by: written),
                    bytes.count - written,
                    off_t(offset + written)
                )
            }
            if count > 0 { written += count } else if errno != EINTR { throw FileSystem.error("write", path) }
        }
    }

    /// Puts a whole file at `path`, over one that is there; it is not flushed unless `flushes` says so.
    ///
    /// - Parameter temporary: a name on the same file system that recovery knows as unfinished.
    func place(
        _ bytes: [UInt8],
        at path: String,
        by temporary: String,
        writing: WriterStep = .writeObject,
        showing: WriterStep = .showObject,
        flushes: Bool = false
    ) throws(GitError) {
        // What an earlier attempt has left is read-only, and a link would lead elsewhere.
        unlink(temporary)
        let descriptor = try create(temporary, mode: 0o444, writing)
        do throws(GitError) {
            defer { close(descriptor) }
            try write(bytes, to: descriptor, at: 0, temporary, writing)
            if flushes, fsync(descriptor) != 0 { throw FileSystem.error("flush", temporary) }
        } catch {
            unlink(temporary)
            throw error
        }
        try rename(temporary, path, showing)
    }

    func rename(_ old: String, _ new: String, _ step: WriterStep) throws(GitError) {
        try probe(step)
        guard renameFile(old, new) else { throw FileSystem.error("rename", new) }
    }

    /// Gives a file another name, which nothing else has (link(2)).
    ///
    /// - Returns: `false` when the file is not there, or cannot have another name, here or at all.
    /// - Throws: `exists` when something has the name.
    func link(_ file: String, _ name: String, _ step: WriterStep) throws(GitError) -> Bool {
        try probe(step)
        guard Glibc.link(file, name) != 0 else { return true }
        let (reason, error) = (errno, FileSystem.error("create", name))
        // A file system may report a failure of what it has done.
        if error.code != .exists, FileSystem.isSameFile(file, name) { return true }
        guard [ENOENT, EPERM, EACCES, EMLINK, EXDEV, ENOTSUP, ENOSYS].contains(reason) else { throw error }
        return false
    }

    /// Removes a file; one that is not there is as good, also after a failure is reported.
    func remove(_ path: String, _ step: WriterStep) throws(GitError) {
        try probe(step)
        guard unlink(path) != 0, errno != ENOENT else { return }
        let error = FileSystem.error("remove", path)
        if FileSystem.isCertainlyGone(path) { return }
        throw error
    }

    /// Flushes the whole file system of `path`.
    func flushEverything(_ path: String) throws(GitError) {
        try probe(.flushEverything)
        try FileSystem.flushAll(path)
    }

    func makeDirectory(_ path: String) throws(GitError) {
        guard !FileSystem.exists(path) else { return }
        try probe(.makeDirectory)
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw FileSystem.error("create", path) }
    }
}
