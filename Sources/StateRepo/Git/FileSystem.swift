import Glibc

/// The few file operations that the git layer does itself.
enum FileSystem {
    /// Flushes a file or a directory to disk.
    static func flush(_ path: String) throws(GitError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw error("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw error("flush", path) }
    }

    /// The last failed system call of this thread, told about `path`.
    static func error(_ operation: String, _ path: String) -> GitError {
        let number = errno
        let code: GitError.Code =
            switch number {
            case ENOENT: .notFound
            case EEXIST: .exists
            case ENOSPC, EDQUOT: .diskFull
            default: .other
            }
        return GitError(code, operation, "\(path): \(String(cString: strerror(number)))")
    }
}
