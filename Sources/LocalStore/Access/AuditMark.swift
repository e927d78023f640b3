internal import Access
internal import GRDB

#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// The newest entry of the audit log, beside the database: a log that lost its end, and the accounts with it, is whole by itself.
///
/// It is written after each transaction that added an entry, once that is flushed, and is not flushed itself: after a power cut it may
/// name an older entry, and then tells less, and nothing wrong.
struct AuditMark: Sendable {
    /// A place in the log.
    struct Place: Hashable, Sendable {
        let sequence: Int
        /// 64 hexadecimal digits.
        let hash: String
    }

    static let suffix = "-audit"

    let path: String

    /// - Parameter database: the path of `local.sqlite`.
    init(ofDatabaseAt database: String) { self.path = database + Self.suffix }

    /// Refuses what is no file, in which no entry would ever stand.
    ///
    /// - Throws: `unavailable`.
    func check() throws(LocalStoreError) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
        throw LocalStoreError(.unavailable, "\(path) is no file: move it away")
    }

    /// `nil` when there is none, or none that can be read.
    func place() -> Place? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content = [UInt8](repeating: 0, count: Self.maximumLength)
        let count = pread(descriptor, &content, content.count, 0)
        guard count > 0 else { return nil }
        let text = String(decoding: content.prefix(count), as: UTF8.self)
        let words = text.prefix { $0 != "\n" }.split(separator: " ")
        guard words.count == 3, let sequence = Int(words[0]), sequence > 0, words[0] == words[2],
            words[1].utf8.count == AuditEntry.origin.utf8.count
        else { return nil }
        return Place(sequence: sequence, hash: String(words[1]))
    }

    /// Writes it over the one before; one that cannot be written stays behind, and one of which only a part was written ends
    /// with another number than it begins with.
    func note(_ place: Place) {
        let descriptor = open(path, O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let line = Array("\(place.sequence) \(place.hash) \(place.sequence)\n".utf8)
        guard pwrite(descriptor, line, line.count, 0) == line.count else { return }
        ftruncate(descriptor, off_t(line.count))
    }

    /// Takes it away with the log that it was of.
    func remove() { unlink(path) }

    /// What of the log up to the place is gone; `nil` when nothing is.
    func finding(for place: Place?, in database: Database) throws -> AuditVerification.Finding? {
        guard let place else { return nil }
        let sql = "SELECT hash FROM audit WHERE sequence = ?"
        if let hash = try String.fetchOne(database, sql: sql, arguments: [place.sequence]) {
            guard hash != place.hash else { return nil }
            return AuditVerification.Finding(sequence: place.sequence, fault: .replaced)
        }
        let newest = try Int.fetchOne(database, sql: "SELECT MAX(sequence) FROM audit") ?? 0
        return AuditVerification.Finding(sequence: newest + 1, fault: .cutOff)
    }

    /// The newest entry that is there.
    static func newest(in database: Database) throws -> Place? {
        let sql = "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1"
        return try Row.fetchOne(database, sql: sql).map { row in
            Place(sequence: try row.decode(Int.self, forColumn: "sequence"), hash: try row.text("hash"))
        }
    }

    /// What is read of the file at most, in bytes.
    private static let maximumLength = 128
}
