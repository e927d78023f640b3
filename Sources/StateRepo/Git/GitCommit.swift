/// A commit object, decoded.
package struct GitCommit: Hashable, Sendable {
    package let id: CommitID
    package let tree: TreeID
    package let parents: [CommitID]
    package let author: Signature
    package let committer: Signature
    /// The message as it is stored; nothing promises that it is UTF-8.
    package let messageBytes: [UInt8]

    /// The message for people: bytes that are not UTF-8 are replaced.
    package var message: String { String(decoding: messageBytes, as: UTF8.self) }
}

extension GitCommit {
    /// Reads the content of a commit object: header lines, an empty line, the message.
    ///
    /// Headers that are not ours to read (signatures, encoding, merge tags) are passed over.
    /// - Throws: `corrupt` when tree, author or committer are missing or an id is not one.
    init(id: CommitID, parsing content: UnsafeRawBufferPointer) throws(GitError) {
        var header = CommitHeader(content: content)
        guard let tree = header.value(of: "tree").flatMap({ TreeID(hex: $0) }) else { throw Self.corrupt(id, "tree") }
        var parents: [CommitID] = []
        while let value = header.value(of: "parent") {
            guard let parent = CommitID(hex: value) else { throw Self.corrupt(id, "parent") }
            parents.append(parent)
        }
        guard let author = header.value(of: "author") else { throw Self.corrupt(id, "author") }
        guard let committer = header.value(of: "committer") else { throw Self.corrupt(id, "committer") }
        self.id = id
        self.tree = tree
        self.parents = parents
        self.author = Signature(parsing: author)
        self.committer = Signature(parsing: committer)
        self.messageBytes = header.message
    }

    /// The content of the commit object.
    ///
    /// - Throws: `invalid` for a message with NUL or a signature git could not read back.
    static func content(
        _ tree: TreeID,
        _ parents: [CommitID],
        _ author: Signature,
        _ committer: Signature,
        _ message: String
    ) throws(GitError) -> [UInt8] {
        guard !message.utf8.contains(0) else { throw GitError(.invalid, "write commit", "the message contains NUL") }
        for signature in [author, committer] {
            if let fault = signature.fault { throw GitError(.invalid, "write commit", fault) }
        }
        var lines = ["tree \(tree)"]
        lines += parents.map { "parent \($0)" }
        lines += ["author \(author.line)", "committer \(committer.line)", "", message]
        return Array(lines.joined(separator: "\n").utf8)
    }

    private static func corrupt(_ id: CommitID, _ field: String) -> GitError {
        GitError(.corrupt, "read commit", "\(id) has no valid \(field) line")
    }
}

/// Reads the header lines of a commit in order; valid only while the content is.
struct CommitHeader {
    let content: UnsafeRawBufferPointer
    private var position = 0

    init(content: UnsafeRawBufferPointer) { self.content = content }

    /// The rest of the next line when the line starts with `key` and a space; otherwise nothing is consumed.
    mutating func value(of key: StaticString) -> Slice<UnsafeRawBufferPointer>? {
        let start = position + key.utf8CodeUnitCount + 1
        guard start <= content.count, content[start - 1] == UInt8(ascii: " "),
            content[position..<start - 1].elementsEqual(
                UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
            )
        else { return nil }
        let end = content[start...].firstIndex(of: UInt8(ascii: "\n")) ?? content.count
        position = min(end + 1, content.count)
        return content[start..<end]
    }

    /// What follows the first empty line.
    var message: [UInt8] {
        var position = position
        while position < content.count {
            guard content[position] != UInt8(ascii: "\n") else { return Array(content[(position + 1)...]) }
            position = (content[position...].firstIndex(of: UInt8(ascii: "\n")) ?? content.count) + 1
        }
        return []
    }
}

extension ObjectID {
    init?(hex: Slice<UnsafeRawBufferPointer>) {
        self.init(String(decoding: hex, as: UTF8.self))
    }
}
