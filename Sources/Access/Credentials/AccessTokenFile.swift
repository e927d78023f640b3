import Glibc

/// The file `access-token` in the data folder, with which a first start can be used at once.
///
/// It holds one token and a line break, and only its owner may read it.
package struct AccessTokenFile: Sendable {
    /// What every token of the file starts with, so that scanners can recognise one.
    package static let prefix = "kpbg_"
    private static let maximumSize = 512

    private let path: String

    /// - Parameter path: An absolute path in a folder that exists.
    package init(path: String) { self.path = path }

    /// Reads the token, or makes the file with a new random one when there is no file.
    ///
    /// A file that is complete is never changed. One that is empty, because its maker died, is made again.
    ///
    /// - Throws: ``AccessError`` when the file is a link, belongs to somebody else, is readable by others, or holds no
    ///   token.
    package func readOrCreate() throws(AccessError) -> BearerToken {
        if let token = try read() { return token }
        try create()
        guard let token = try read() else { throw AccessError(.tokenFile, "\(path) is empty after it was written.") }
        return token
    }

    /// Removes the file; nothing happens when there is none.
    package func remove() throws(AccessError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("remove") }
    }

    /// `nil` when there is no file, or an empty one.
    private func read() throws(AccessError) -> BearerToken? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("read")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("read") }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0, status.st_uid == geteuid() else {
            throw AccessError(.tokenFile, "\(path) must be a file of its owner alone: chmod 600 \(path)")
        }
        var bytes = [UInt8](repeating: 0, count: Self.maximumSize)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw failure("read") }
        guard count > 0 else { return nil }
        let line = bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }
        guard line.count >= TokenAuthenticator.minimumLength, count < Self.maximumSize,
            let token = BearerToken(String(decoding: line, as: UTF8.self))
        else { throw AccessError(.tokenFile, "\(path) holds no token; remove it to get a new one.") }
        return token
    }

    /// Writes a complete file beside the final one and links it to its name, which fails when somebody was quicker.
    private func create() throws(AccessError) {
        let draft = "\(path).\(getpid())-\(UInt32.random(in: 0 ... .max))"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("create") }
        defer {
            close(descriptor)
            unlink(draft)
        }
        let line = Array((Self.randomToken() + "\n").utf8)
        guard write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else { throw failure("write") }
        var status = stat()
        if stat(path, &status) == 0, status.st_size == 0 { unlink(path) }
        guard link(draft, path) == 0 || errno == EEXIST else { throw failure("create") }
    }

    /// 256 random bits in hexadecimal digits, behind ``prefix``.
    private static func randomToken() -> String {
        let digits = Array("0123456789abcdef".utf8)
        var generator = SystemRandomNumberGenerator()
        let text = (0..<64).map { _ in digits[Int.random(in: 0..<16, using: &generator)] }
        return prefix + String(decoding: text, as: UTF8.self)
    }

    private func failure(_ operation: String) -> AccessError {
        AccessError(.tokenFile, "cannot \(operation) \(path): \(String(cString: strerror(errno)))")
    }
}
