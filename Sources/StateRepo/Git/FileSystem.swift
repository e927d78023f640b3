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

    /// Reads a regular file; a symbolic link is not followed.
    ///
    /// - Throws: `notFound`; `limitExceeded` for more than `maximum` bytes; `invalid` for anything but a file.
    static func contents(of path: String, maximum: Int) throws(GitError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw error("open", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw error("read", path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw GitError(.invalid, "read", "\(path) is not a file") }
        let size = Int(status.st_size)
        guard size <= maximum else { throw GitError(.limitExceeded, "read", "\(path) has \(size) bytes") }
        var failure: GitError?
        let contents = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size, failure == nil {
                let length = read(descriptor, buffer.baseAddress?.advanced(by: count), size - count)
                if length == 0 { break }
                if length > 0 { count += length } else if errno != EINTR { failure = error("read", path) }
            }
        }
        if let failure { throw failure }
        return contents
    }

    /// The last failed system call of this thread, told about `path`.
    static func error(_ operation: String, _ path: String) -> GitError {
        let number = errno
        let code: GitError.Code =
            switch number {
            case ENOENT, ENOTDIR: .notFound
            case EEXIST: .exists
            case ENOSPC, EDQUOT: .diskFull
            default: .other
            }
        return GitError(code, operation, "\(path): \(String(cString: strerror(number)))")
    }
}
