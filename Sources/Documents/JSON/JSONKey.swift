/// The name of an object's member, compared byte by byte.
///
/// Swift's `String` compares canonically: the composed and the decomposed form of “é” are equal to it, but they are two
/// keys to RFC 8259 and two file names to git.
package struct JSONKey: Hashable, Comparable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    package let description: String

    package init(_ text: String) { self.description = text }

    package init(stringLiteral value: String) { self.description = value }

    package static func == (lhs: Self, rhs: Self) -> Bool { lhs.description.hasSameBytes(as: rhs.description) }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.description.utf8.lexicographicallyPrecedes(rhs.description.utf8)
    }

    package func hash(into hasher: inout Hasher) { hasher.combineBytes(of: description) }
}

extension String {
    /// Whether both texts are the same bytes of UTF-8; `==` would also equate canonically equivalent texts.
    package func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        let isSame = utf8.withContiguousStorageIfAvailable { bytes in
            other.utf8.withContiguousStorageIfAvailable { bytes.elementsEqual($0) }
        }
        return isSame.flatMap(\.self) ?? utf8.elementsEqual(other.utf8)
    }
}

extension Hasher {
    mutating func combineBytes(of text: String) {
        var text = text
        text.withUTF8 { combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
