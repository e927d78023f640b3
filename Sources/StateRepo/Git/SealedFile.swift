import Crypto
import Glibc

/// A file of git that ends with the SHA-1 of all that stands before: an index, a table of packs, a graph of commits.
struct SealedFile {
    private static let hashLength = 20
    private static let chunk = 1 << 20

    let path: String
    /// How a file begins that may have zeros in the place of the hash (git-config(1), `index.skipHash`).
    var unsealed: [UInt8]?

    /// Whether it is not as git has written it; what is missing, or is no file, is not damaged.
    ///
    /// - Throws: `other` when it cannot be looked at.
    func isDamaged() throws(GitError) -> Bool {
        do throws(GitError) {
            return try !isWhole()
        } catch {
            switch error.code {
            case .notFound, .invalid: return false
            case .corrupt: return true
            default: throw error
            }
        }
    }

    private func isWhole() throws(GitError) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 || errno != ELOOP else { throw GitError(.invalid, "read", "\(path) is a link") }
        guard descriptor >= 0 else { throw FileSystem.error("open", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileSystem.error("read", path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw GitError(.invalid, "read", "\(path) is not a file") }
        var rest = Int(status.st_size) - Self.hashLength
        guard rest > 0 else { return false }
        var hash = Insecure.SHA1()
        var isUnsealed: Bool?
        while rest > 0 {
            let bytes = try next(min(rest, Self.chunk), of: descriptor)
            guard !bytes.isEmpty else { return false }
            if isUnsealed == nil { isUnsealed = unsealed.map { bytes.starts(with: $0) } ?? false }
            hash.update(data: bytes)
            rest -= bytes.count
        }
        let found = try next(Self.hashLength, of: descriptor)
        if isUnsealed == true, found.allSatisfy({ $0 == 0 }) { return true }
        return found == Array(hash.finalize())
    }

    /// At most `count` bytes from where the descriptor stands.
    private func next(_ count: Int, of descriptor: Int32) throws(GitError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        while true {
            let length = read(descriptor, &buffer, count)
            if length >= 0 { return Array(buffer.prefix(length)) }
            guard errno == EINTR else { throw FileSystem.error("read", path) }
        }
    }
}
