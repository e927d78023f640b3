/// A checked name of one kind of resource: `^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$`.
///
/// Holding one is the proof that the text was checked, byte by byte; nothing downstream checks again. The alphabet
/// leaves out `/`, `.`, `%`, upper case and everything beyond ASCII, so no value can climb out of its folder, collide
/// with another by case or normalisation, or be read as an option of git.
package struct Identifier<Kind: Sendable>: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The longest accepted name, in bytes.
    @inlinable package static var maximumLength: Int { 64 }

    package let description: String

    @inlinable
    package init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard let first = bytes.first, bytes.count <= Self.maximumLength, Self.isAlphanumeric(first) else { return nil }
        var last = first
        for byte in bytes {
            guard Self.isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") else {
                return nil
            }
            last = byte
        }
        guard Self.isAlphanumeric(last) else { return nil }
        self.description = String(text)
    }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.description < rhs.description }

    @inlinable
    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}

package enum AgentKind: Sendable {}
package enum SkillKind: Sendable {}
package enum ProviderKind: Sendable {}
package enum ConnectionKind: Sendable {}

/// The name of an agent and of its folder.
package typealias AgentID = Identifier<AgentKind>
/// The name of a skill and of its folder.
package typealias SkillID = Identifier<SkillKind>
/// The name of a model provider of the catalogue.
package typealias ProviderID = Identifier<ProviderKind>
/// The name of an integration of the catalogue, and of its default connection.
package typealias ConnectionKey = Identifier<ConnectionKind>
