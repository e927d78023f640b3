/// The path of an entry below a root tree: names joined by `/`, as bytes.
///
/// Paths compare byte by byte, which is also the order in which git lists files.
package struct EntryPath: Hashable, Sendable {
    package let bytes: [UInt8]

    /// `nil` without components.
    package init?(_ components: [EntryName]) {
        guard let first = components.first else { return nil }
        self.bytes = components.dropFirst().reduce(into: first.bytes) { bytes, name in
            bytes.append(UInt8(ascii: "/"))
            bytes += name.bytes
        }
    }

    /// Takes the bytes of a path; `nil` when a component is empty or contains NUL.
    package init?(bytes: [UInt8]) {
        let names = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard names.allSatisfy({ !$0.isEmpty }), !bytes.contains(0) else { return nil }
        self.bytes = bytes
    }

    package init?(_ text: some StringProtocol) { self.init(bytes: Array(text.utf8)) }

    init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// From the root down; never empty.
    package var components: [EntryName] {
        bytes.split(separator: UInt8(ascii: "/")).map { EntryName(unchecked: $0) }
    }

    /// The path as text, or `nil` when its bytes are not UTF-8.
    package var text: String? { String(validating: bytes, as: UTF8.self) }
}

extension EntryPath: Comparable {
    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.bytes.lexicographicallyPrecedes(rhs.bytes) }
}

extension EntryPath: CustomStringConvertible {
    /// The path for people: bytes that are not UTF-8 are replaced.
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}
