import Glibc

/// The file `setup-code` in the data folder: the code with which an owner registers, as plain text.
package struct SetupCodeFile: Sendable {
    package let path: String

    /// - Parameter path: An absolute path in a folder that exists.
    package init(path: String) { self.path = path }

    /// Replaces the file; only its owner may read it, and no reader ever sees half of it.
    func write(_ code: SpokenCode) throws(AccessError) {
        let draft = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("create") }
        defer { close(descriptor) }
        let line = Array((code.text + "\n").utf8)
        guard Glibc.write(descriptor, line, line.count) == line.count, rename(draft, path) == 0 else {
            let failure = failure("write")
            unlink(draft)
            throw failure
        }
    }

    /// Removes the file; nothing happens when there is none.
    func remove() throws(AccessError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove") }
    }

    private func failure(_ operation: String) -> AccessError {
        AccessError(.setupFile, "cannot \(operation) \(path): \(String(cString: strerror(errno)))")
    }
}
