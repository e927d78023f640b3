/// The value of `If-Match` or `If-None-Match` (RFC 9110, sections 13.1.1 and 13.1.2).
package enum EntityTagCondition: Hashable, Sendable {
    /// `*`: any present version.
    case any
    case tags([EntityTag])

    /// The most tags that one header may list.
    package static let maximumCount = 100

    /// Parses a comma-separated list of tags, or `*`.
    ///
    /// `nil` when the list is empty, too long, or holds anything that is not a tag.
    package init?(parsing text: String) {
        var rest = text.utf8[...].trimmingBlanks()
        if rest.elementsEqual("*".utf8) {
            self = .any
            return
        }
        var tags: [EntityTag] = []
        while !rest.isEmpty {
            guard tags.count < Self.maximumCount, let length = Self.lengthOfTag(rest) else { return nil }
            let end = rest.index(rest.startIndex, offsetBy: length)
            guard let tag = EntityTag(parsing: String(Substring(rest[..<end]))) else { return nil }
            tags.append(tag)
            rest = rest[end...].trimmingBlanks()
            guard rest.isEmpty || rest.popFirst() == UInt8(ascii: ",") else { return nil }
            // RFC 9110, section 5.6.1: empty elements are skipped.
            while let first = rest.first, first == UInt8(ascii: ",") || first == 0x20 || first == 0x09 {
                rest.removeFirst()
            }
        }
        guard !tags.isEmpty else { return nil }
        self = .tags(tags)
    }

    /// Whether `If-Match` with this value holds for what is there now; `nil` is nothing.
    package func holdsAsIfMatch(for current: EntityTag?) -> Bool {
        guard let current else { return false }
        return switch self {
        case .any: true
        case .tags(let tags): tags.contains { $0.matchesStrongly(current) }
        }
    }

    /// Whether `If-None-Match` with this value holds for what is there now; `nil` is nothing.
    package func holdsAsIfNoneMatch(for current: EntityTag?) -> Bool {
        guard let current else { return true }
        return switch self {
        case .any: false
        case .tags(let tags): !tags.contains { $0.matchesWeakly(current) }
        }
    }

    private static func lengthOfTag(_ text: Substring.UTF8View) -> Int? {
        let prefix = text.starts(with: "W/".utf8) ? 2 : 0
        guard text.dropFirst(prefix).first == UInt8(ascii: "\"") else { return nil }
        let opaque = text.dropFirst(prefix + 1).prefix { $0 != UInt8(ascii: "\"") }
        let length = prefix + 1 + opaque.count + 1
        return length <= text.count ? length : nil
    }
}

extension Substring.UTF8View {
    /// Without spaces and tabs at both ends.
    func trimmingBlanks() -> Self {
        var result = self
        while let first = result.first, first == 0x20 || first == 0x09 { result.removeFirst() }
        while let last = result.last, last == 0x20 || last == 0x09 { result.removeLast() }
        return result
    }
}
