import Glibc

/// Why a data directory could not be locked.
package struct DirectoryLockError: Error, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        /// Another process has the lock; its id, when the file says it.
        case held(by: Int32?)
        case unusable(String)
    }

    /// The lock file.
    package let path: String
    package let reason: Reason

    package var description: String {
        switch reason {
        case .held(let process?): "\(path) is locked by process \(process): stop that server first"
        case .held(nil): "\(path) is locked by another process: stop that server first"
        case .unusable(let message): message
        }
    }
}

/// The right to be the only server of a data directory, from `init` to the end of the value's life or of the process.
///
/// The kernel releases the lock however the process ends, so a file left behind by a crash stands in nobody's way. Programs
/// that this process starts do not inherit it.
package struct DirectoryLock: ~Copyable {
    private let descriptor: Int32

    /// Locks the file at `path`, which is created when it is missing.
    ///
    /// Only whoever holds the lock may remove the file.
    package init(path: String) throws(DirectoryLockError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw DirectoryLockError(path: path, reason: .unusable(FileSystem.error("lock", path).message))
        }
        do throws(DirectoryLockError) {
            try Self.lock(descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit {
        // A program that is being started has it too, until it begins: only this takes the lock from both (flock(2)).
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Who has the lock now.
    package enum Holder: Hashable, Sendable {
        case nobody
        /// A process; its id, when the file says it.
        case process(Int32?)
    }

    /// Looks who has the lock, without taking it for longer than a moment.
    package static func holder(path: String) -> Holder {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return .nobody }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return .nobody }
        return .process(process(in: descriptor))
    }

    private static func lock(_ descriptor: Int32, _ path: String) throws(DirectoryLockError) {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason: DirectoryLockError.Reason =
                errno == EWOULDBLOCK
                ? .held(by: process(in: descriptor)) : .unusable(FileSystem.error("lock", path).message)
            throw DirectoryLockError(path: path, reason: reason)
        }
        var (ours, present) = (stat(), stat())
        guard fstat(descriptor, &ours) == 0, stat(path, &present) == 0, ours.st_ino == present.st_ino else {
            // Its holder has removed the file in this very moment.
            throw DirectoryLockError(path: path, reason: .held(by: nil))
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
            throw DirectoryLockError(path: path, reason: .unusable(FileSystem.error("write", path).message))
        }
    }

    private static func process(in descriptor: Int32) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
