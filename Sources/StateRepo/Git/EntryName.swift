/// The name of one entry of a tree: bytes, because git does not promise that they are UTF-8.
///
/// Names compare byte by byte. A name is never empty and contains neither `/` nor NUL.
package struct EntryName: Hashable, Sendable {
    package let bytes: [UInt8]

    /// Takes a name as it stands in a tree; `nil` when it is empty or contains `/` or NUL.
    package init?(bytes: [UInt8]) {
        guard !bytes.isEmpty, !bytes.contains(where: { $0 == UInt8(ascii: "/") || $0 == 0 }) else { return nil }
        self.bytes = bytes
    }

    package init?(_ text: some StringProtocol) { self.init(bytes: Array(text.utf8)) }

    init(unchecked bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// The name as text, or `nil` when its bytes are not UTF-8.
    package var text: String? { String(validating: bytes, as: UTF8.self) }

    /// Whether this layer writes entries of this name: not `.`, `..` or `.git` in any case.
    ///
    /// The names a state tree may hold are decided by admission; this only keeps trees that no git can check out away.
    package var isWritable: Bool {
        switch bytes.count {
        case 1: bytes != Array(".".utf8)
        case 2: bytes != Array("..".utf8)
        case 4: bytes.map { $0 | ($0 >= 0x41 && $0 <= 0x5A ? 0x20 : 0) } != Array(".git".utf8)
        default: true
        }
    }
}

extension EntryName: Comparable {
    /// Byte order, which is not the order of a tree: see ``GitTreeEntry``.
    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.bytes.lexicographicallyPrecedes(rhs.bytes) }
}

extension EntryName: CustomStringConvertible {
    /// The name for people: bytes that are not UTF-8 are replaced.
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}
