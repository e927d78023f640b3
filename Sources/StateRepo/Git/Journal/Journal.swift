import Glibc

/// The file in which the writer makes commits durable before git can see them: `gitplane.journal` in the repository.
///
/// It is appended to and flushed once for each batch, and emptied when everything in it is on disk as git keeps it.
final class Journal {
    static let fileName = "gitplane.journal"

    private let path: String
    private let files: WriterFiles
    private let maximumFrame: Int
    private let descriptor: Int32
    private(set) var length: Int
    /// Whether the end of the file is not what it should be, because cutting it failed.
    private var isTorn = false

    /// Opens the journal of the repository at `path`, or makes an empty one.
    ///
    /// - Parameter maximumFrame: how large a frame may be, in bytes.
    init(
        repositoryAt path: String,
        _ files: WriterFiles,
        maximumFrame: Int = JournalFrame.maximumSize
    ) throws(GitError) {
        self.path = "\(path)/\(Self.fileName)"
        self.files = files
        self.maximumFrame = maximumFrame
        self.descriptor = open(self.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileSystem.error("open", self.path) }
        self.length = Int(lseek(descriptor, 0, SEEK_END))
        if length == 0 { try FileSystem.flush(path) }
    }

    deinit { close(descriptor) }

    /// Whether there is certainly nothing in the file.
    var isEmpty: Bool { length == 0 && !isTorn }

    /// Adds a frame; it is on disk when the call returns.
    ///
    /// - Throws: `diskFull` or `other` when it certainly is not there, `outcomeUnknown` when nobody can say.
    func append(_ frame: JournalFrame) throws(GitError) {
        // The disk may be better by now.
        if isTorn { cut() }
        guard !isTorn else { throw GitError(.other, "write journal", "an earlier write could not be taken back") }
        let bytes = frame.bytes
        guard bytes.count <= maximumFrame else {
            throw GitError(.limitExceeded, "write journal", "\(bytes.count) bytes in one batch")
        }
        do throws(GitError) {
            try files.write(bytes, to: descriptor, at: length, path, .writeJournal)
        } catch {
            cut()
            throw isTorn ? GitError(.outcomeUnknown(frame.head), error.operation, error.message) : error
        }
        do throws(GitError) {
            try files.probe(.flushJournal)
            guard fdatasync(descriptor) == 0 else { throw FileSystem.error("flush", path) }
        } catch {
            cut()
            throw GitError(.outcomeUnknown(frame.head), error.operation, error.message)
        }
        length += bytes.count
    }

    /// Empties the file; a crash may bring back what was in it.
    func clear() throws(GitError) {
        guard length > 0 || isTorn else { return }
        try files.probe(.cutJournal)
        guard ftruncate(descriptor, 0) == 0 else {
            let error = FileSystem.error("empty", path)
            // It may be done all the same: the next frame must not follow what is not there.
            if 0..<length ~= Int(lseek(descriptor, 0, SEEK_END)) { (length, isTorn) = (0, true) }
            throw error
        }
        length = 0
        try files.probe(.flushCut)
        guard fsync(descriptor) == 0 else { throw FileSystem.error("empty", path) }
        isTorn = false
    }

    /// Takes away what a failed write has left behind the frames, and has the disk confirm that: who reads afterwards that
    /// the batch is not there must not find it after a power cut.
    private func cut() {
        do throws(GitError) {
            try files.probe(.cutJournal)
            isTorn = true
            guard ftruncate(descriptor, off_t(length)) == 0 else { return }
            try files.probe(.flushCut)
            isTorn = fsync(descriptor) != 0
        } catch {
            isTorn = true
        }
    }
}
