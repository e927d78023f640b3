/// What tells a request that was sent twice from another one: digests of its key and of all the rest.
///
/// The commit that such a request makes carries it as a trailer, so that nothing has to be written beside the commit to
/// find it again.
package struct IdempotencyMark: Hashable, Sendable {
    package static let trailer = "Idempotency-Digest"
    private static let size = 32

    /// 32 bytes made of the operator and the key.
    package let key: [UInt8]
    /// 32 bytes made of the route, what else decides, and the body.
    package let request: [UInt8]

    /// `nil` unless both have 32 bytes.
    package init?(key: [UInt8], request: [UInt8]) {
        guard key.count == Self.size, request.count == Self.size else { return nil }
        self.key = key
        self.request = request
    }

    /// Takes the text of a trailer: twice 64 lowercase hexadecimal digits with a dot between.
    package init?(trailer: String) {
        let parts = trailer.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, let key = Self.bytes(parts[0]), let request = Self.bytes(parts[1]) else { return nil }
        self.init(key: key, request: request)
    }

    package var text: String { "\(Self.digits(key)).\(Self.digits(request))" }

    private static func bytes(_ digits: Substring.UTF8View) -> [UInt8]? {
        let values = digits.map(\.lowercaseHexValue)
        guard values.count == 2 * size else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: values.count, by: 2) {
            guard let high = values[place], let low = values[place + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digits(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// A commit and the mark that its request left in it.
package struct MarkedCommit: Hashable, Sendable {
    package let mark: IdempotencyMark
    package let commit: CommitID

    package init(_ mark: IdempotencyMark, _ commit: CommitID) {
        self.mark = mark
        self.commit = commit
    }
}
