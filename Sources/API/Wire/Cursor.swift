package import Crypto
import Documents
package import StateRepo

/// Where the next page of a list starts, and the revision that all its pages show.
package struct Cursor: Hashable, Sendable {
    /// The longest position, in bytes of UTF-8.
    package static let maximumPositionLength = 512

    package let revision: CommitID
    /// What the last item of the page sorts by; only the list that made it knows what it means.
    package let position: String

    package init(revision: CommitID, position: String) {
        self.revision = revision
        self.position = position
    }
}

/// Writes cursors so that clients cannot read meaning into them, change them, or use them elsewhere.
///
/// A cursor is base64url of revision (20 bytes), position, and the first 16 bytes of HMAC-SHA256 over both together
/// with the list and the query that it belongs to.
package struct CursorSeal: Sendable {
    private static let tagLength = 16
    private static let maximumLength = CommitID.byteCount + Cursor.maximumPositionLength + tagLength

    private let key: SymmetricKey

    /// - Parameter key: At least 256 bits that stay the same as long as the data folder does.
    package init(key: SymmetricKey) { self.key = key }

    /// The text for `next_cursor`, good only for the operation and the query of `request`.
    package func seal(_ cursor: Cursor, for request: OperationRequest) -> String {
        precondition(cursor.position.utf8.count <= Cursor.maximumPositionLength, "positions are made from short ids")
        let content = cursor.revision.bytes + Array(cursor.position.utf8)
        return Base64URL.encode(content + tag(of: content, scope: Self.scope(of: request)))
    }

    /// The cursor that `request` brings; `nil` when it brings none.
    ///
    /// - Throws: ``ProblemError`` 400 `request.invalid_cursor` for a text that was not made by ``seal(_:for:)`` for the
    ///   same operation and the same query; `limit` may differ.
    package func open(_ request: OperationRequest) throws -> Cursor? {
        guard let text = request.query.text("cursor") else { return nil }
        guard let cursor = open(text, scope: Self.scope(of: request)) else {
            throw ProblemError(
                .invalidCursor,
                "The cursor does not belong to this list and query; start again without it."
            )
        }
        return cursor
    }

    private func open(_ text: String, scope: [UInt8]) -> Cursor? {
        guard text.utf8.count <= Self.maximumLength * 2, let bytes = Base64URL.decode(text),
            bytes.count >= CommitID.byteCount + Self.tagLength
        else { return nil }
        let content = Array(bytes.dropLast(Self.tagLength))
        let difference = zip(tag(of: content, scope: scope), bytes.suffix(Self.tagLength))
            .reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        guard difference == 0, let revision = CommitID(bytes: content.prefix(CommitID.byteCount)) else { return nil }
        let position = String(decoding: content.dropFirst(CommitID.byteCount), as: UTF8.self)
        return Cursor(revision: revision, position: position)
    }

    private func tag(of content: [UInt8], scope: [UInt8]) -> [UInt8] {
        var code = HMAC<SHA256>(key: key)
        code.update(data: Array("cursor".utf8) + SHA256.hash(data: scope))
        code.update(data: content)
        return Array(code.finalize().prefix(Self.tagLength))
    }

    /// Operation and query without `cursor` and `limit`; every part ends with a byte that no UTF-8 text holds.
    private static func scope(of request: OperationRequest) -> [UInt8] {
        var bytes = Array(request.operation.id.utf8) + [0xFF]
        for value in request.pathParameters { bytes += Array(value.utf8) + [0xFF] }
        let pairs = request.query.pairs
            .filter { $0.name != "cursor" && $0.name != "limit" }
            .map { Array($0.name.utf8) + [0xFF] + Array($0.text.utf8) + [0xFF] }
        for pair in pairs.sorted(by: { $0.lexicographicallyPrecedes($1) }) { bytes += pair }
        return bytes
    }
}
