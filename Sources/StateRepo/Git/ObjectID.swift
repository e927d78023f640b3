import CLibgit2

/// A full SHA-1 object name that remembers at compile time which kind of object it names.
///
/// The 20 bytes are stored inline. Ids order as their bytes do, and encode as 40 lowercase hexadecimal digits.
package struct ObjectID<Kind: ObjectKind>: Hashable, Sendable {
    /// How many bytes a name has.
    package static var byteCount: Int { 20 }

    // The bytes in big-endian words, so that comparing words compares bytes.
    private let head: UInt64
    private let middle: UInt64
    private let tail: UInt32

    /// Takes exactly 20 bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words: (UInt64, UInt64, UInt32) = (0, 0, 0)
        for (index, byte) in bytes.enumerated() {
            switch index {
            case ..<8: words.0 = words.0 << 8 | UInt64(byte)
            case ..<16: words.1 = words.1 << 8 | UInt64(byte)
            default: words.2 = words.2 << 8 | UInt32(byte)
            }
        }
        (self.head, self.middle, self.tail) = words
    }

    /// Parses a full name; abbreviations and uppercase digits are refused.
    package init?(_ text: some StringProtocol) {
        var bytes: [UInt8] = []
        var high: UInt8?
        guard text.utf8.count == 2 * Self.byteCount else { return nil }
        for character in text.utf8 {
            guard let digit = character.lowercaseHexValue else { return nil }
            if let first = high { bytes.append(first << 4 | digit) }
            high = high == nil ? digit : nil
        }
        self.init(bytes: bytes)
    }

    /// Reads the 20 bytes at `source`, which must be readable.
    init(at source: UnsafeRawPointer) {
        self.head = UInt64(bigEndian: source.loadUnaligned(as: UInt64.self))
        self.middle = UInt64(bigEndian: source.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        self.tail = UInt32(bigEndian: source.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
    }

    init(raw: git_oid) {
        self = withUnsafeBytes(of: raw.id) { bytes in bytes.baseAddress.map { Self(at: $0) } ?? .zero }
    }

    /// Gives the name another kind; whether the object is of that kind shows when it is read.
    package init(rebinding other: ObjectID<some ObjectKind>) {
        (self.head, self.middle, self.tail) = other.words
    }

    private init(head: UInt64, middle: UInt64, tail: UInt32) {
        self.head = head
        self.middle = middle
        self.tail = tail
    }

    /// The name of no object: 40 zeros, by which git says “absent”.
    package static var zero: Self { Self(head: 0, middle: 0, tail: 0) }

    package var bytes: [UInt8] { withUnsafeBytes(of: raw.id) { Array($0) } }

    var raw: git_oid {
        var raw = git_oid()
        withUnsafeMutableBytes(of: &raw.id) { bytes in
            bytes.storeBytes(of: head.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: middle.bigEndian, toByteOffset: 8, as: UInt64.self)
            bytes.storeBytes(of: tail.bigEndian, toByteOffset: 16, as: UInt32.self)
        }
        return raw
    }

    fileprivate var words: (UInt64, UInt64, UInt32) { (head, middle, tail) }
}

extension ObjectID: Comparable {
    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.words < rhs.words }
}

extension ObjectID: CustomStringConvertible {
    /// 40 lowercase hexadecimal digits.
    package var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: 2 * Self.byteCount) { buffer in
            for (index, byte) in bytes.enumerated() {
                buffer[2 * index] = digits[Int(byte >> 4)]
                buffer[2 * index + 1] = digits[Int(byte & 15)]
            }
            return 2 * Self.byteCount
        }
    }
}

extension ObjectID: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = try Self(container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "not 40 lowercase hexadecimal digits"
            )
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A kind of git object, used only as a type parameter.
package protocol ObjectKind: Sendable {}

package enum CommitKind: ObjectKind {}
package enum TreeKind: ObjectKind {}
package enum BlobKind: ObjectKind {}
/// The kind of a name whose object has not been looked at.
package enum AnyKind: ObjectKind {}

package typealias CommitID = ObjectID<CommitKind>
package typealias TreeID = ObjectID<TreeKind>
package typealias BlobID = ObjectID<BlobKind>
package typealias AnyObjectID = ObjectID<AnyKind>

extension UInt8 {
    /// The value of a lowercase hexadecimal digit.
    var lowercaseHexValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
