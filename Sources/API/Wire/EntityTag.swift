/// An entity tag (RFC 9110, section 8.8.3).
package struct EntityTag: Hashable, Sendable, CustomStringConvertible {
    package enum Strength: Hashable, Sendable {
        case strong
        case weak
    }

    /// The longest accepted tag, in bytes without its quotes.
    package static let maximumLength = 256

    package let strength: Strength
    /// What stands between the quotes.
    package let opaque: String

    /// Takes the text between the quotes, which is ours: visible ASCII without quotes.
    package init(_ opaque: String, _ strength: Strength = .strong) {
        self.opaque = opaque
        self.strength = strength
    }

    /// Parses one tag: `"…"` or `W/"…"`; also the bare text without quotes when `form` allows it.
    ///
    /// `nil` when it is not one, or longer than ``maximumLength``.
    package init?(parsing text: String, form: Form = .header) {
        var rest = text.utf8[...]
        var strength = Strength.strong
        if rest.starts(with: "W/\"".utf8) {
            rest = rest.dropFirst(2)
            strength = .weak
        }
        if rest.first == UInt8(ascii: "\"") {
            guard rest.count >= 2, rest.last == UInt8(ascii: "\"") else { return nil }
            rest = rest.dropFirst().dropLast()
        } else {
            guard form == .headerOrBare, !rest.isEmpty else { return nil }
        }
        guard rest.count <= Self.maximumLength, rest.allSatisfy(Self.isOpaqueByte) else { return nil }
        self.init(String(Substring(rest)), strength)
    }

    /// How a tag may be written.
    package enum Form: Sendable {
        case header
        /// As in `?base=`, where the quotes may be left out.
        case headerOrBare
    }

    /// With its quotes, as in the header `ETag`.
    package var description: String { strength == .weak ? "W/\"\(opaque)\"" : "\"\(opaque)\"" }

    /// Equal and both strong (RFC 9110, section 8.8.3.2), as `If-Match` compares.
    package func matchesStrongly(_ other: EntityTag) -> Bool {
        strength == .strong && other.strength == .strong && opaque.utf8.elementsEqual(other.opaque.utf8)
    }

    /// Equal whatever the strengths, as `If-None-Match` compares.
    package func matchesWeakly(_ other: EntityTag) -> Bool { opaque.utf8.elementsEqual(other.opaque.utf8) }

    static func isOpaqueByte(_ byte: UInt8) -> Bool { byte == 0x21 || (0x23...0x7E).contains(byte) }
}
