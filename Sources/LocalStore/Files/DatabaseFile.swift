internal import Foundation

#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// One SQLite database on disk: the file itself and the companions that SQLite keeps beside it.
///
/// SQLite gives companions the mode of the main file, so only the main file's mode has to be right before it is opened.
struct DatabaseFile: Sendable {
    private static let companionSuffixes = ["-wal", "-shm", "-journal"]
    private static let ownerOnly: mode_t = 0o600

    let path: String

    private var allPaths: [String] { [path] + Self.companionSuffixes.map { path + $0 } }

    /// Whether there is anything of that name.
    var isThere: Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Creates the file, empty, unless it exists, and takes it from everybody but its owner.
    ///
    /// - Returns: whether it was created.
    @discardableResult
    func prepare() throws(LocalStoreError) -> Bool {
        // A file that exists is never opened here: closing it would drop the locks that SQLite holds for this process.
        let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, Self.ownerOnly)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw failure("create")
        }
        for path in allPaths where chmod(path, Self.ownerOnly) != 0 && errno != ENOENT {
            throw failure("restrict")
        }
        return descriptor >= 0
    }

    /// Refuses a file that is gone, or has nothing in it, beside a log that has: SQLite would throw the log away, and it may be
    /// all there is.
    ///
    /// - Throws: `corrupt`.
    func refuseEmptied() throws(LocalStoreError) {
        var (main, log) = (stat(), stat())
        let isThere = lstat(path, &main) == 0
        guard !isThere || main.st_size == 0, lstat("\(path)-wal", &log) == 0, log.st_size > 0 else { return }
        let fault = isThere ? "is empty" : "is gone"
        let remedy = "put it back, or restore it from a backup and take \(path)-wal away"
        throw LocalStoreError(.corrupt, "\(path) \(fault), and \(path)-wal is not: \(remedy)")
    }

    /// Removes the file and its companions; nobody may have them open.
    func remove() throws(LocalStoreError) {
        for path in allPaths where unlink(path) != 0 && errno != ENOENT {
            throw failure("remove")
        }
    }

    private func failure(_ verb: String) -> LocalStoreError {
        let cause = POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        return LocalStoreError(
            .unavailable,
            "cannot \(verb) \(path): \(String(cString: strerror(errno)))",
            cause: cause
        )
    }
}
