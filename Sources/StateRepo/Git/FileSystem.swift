import CLibgit2
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

    /// Flushes everything that is on the file system of `path` to disk.
    static func flushAll(_ path: String) throws(GitError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw error("open", path) }
        defer { close(descriptor) }
        guard clibgit2_flush_file_system(descriptor) == 0 else { throw error("flush", path) }
    }

    /// Whether there is something at the path; a symbolic link is followed.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether there is nothing at the path, not even a link; `false` where that cannot be seen.
    static func isCertainlyGone(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) != 0 && errno == ENOENT
    }

    /// Whether both are names of one file; links are not followed.
    static func isSameFile(_ one: String, _ other: String) -> Bool {
        var (first, second) = (stat(), stat())
        return lstat(one, &first) == 0 && lstat(other, &second) == 0 && first.st_ino == second.st_ino
            && first.st_dev == second.st_dev
    }

    /// Whether it is a regular file, with nothing in it.
    static func isEmptyFile(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size == 0
    }

    /// Reads a regular file; a symbolic link is not followed.
    ///
    /// - Throws: `notFound`; `limitExceeded` for more than `maximum` bytes; `invalid` for anything but a file.
    static func contents(of path: String, maximum: Int) throws(GitError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw error("open", path) }
        defer { close(descriptor) }
        return try contents(ofOpen: descriptor, path, maximum: maximum)
    }

    /// Reads an open file; `path` is for errors only.
    static func contents(ofOpen descriptor: Int32, _ path: String, maximum: Int) throws(GitError) -> [UInt8] {
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

    /// Writes a new file, or replaces the content of one, without flushing it.
    static func write(_ content: [UInt8], to path: String) throws(GitError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw error("open", path) }
        defer { close(descriptor) }
        var written = 0
        while written < content.count {
            let count = content.withUnsafeBytes { bytes in
                Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), content.count - written)
            }
            if count > 0 { written += count } else if errno != EINTR { throw error("write", path) }
        }
    }

    /// Removes a file.
    static func remove(_ path: String) throws(GitError) {
        guard unlink(path) == 0 else { throw error("remove", path) }
    }

    /// The last failed system call of this thread, told about `path`.
    static func error(_ operation: String, _ path: String) -> GitError {
        let number = errno
        let code: GitError.Code =
            switch number {
            case ENOENT, ENOTDIR: .notFound
            case EEXIST: .exists
            case ENOSPC, EDQUOT: .diskFull
            case EIO where operation == "read": .corrupt
            default: .other
            }
        return GitError(code, operation, "\(path): \(String(cString: strerror(number)))")
    }
}
