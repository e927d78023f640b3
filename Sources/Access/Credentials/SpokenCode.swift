/// A code that people type: groups of four letters and digits, none of which looks like another.
///
/// Case, spaces and hyphens do not count when one is entered.
package struct SpokenCode: Sendable {
    /// Of a setup code: 60 random bits that live for minutes.
    static let setupGroups = 3
    /// Of a recovery code: 80 random bits, because it lives for years and is stored without a slow hash.
    static let recoveryGroups = 4
    /// The longest text that is looked at.
    package static let maximumLength = 64
    private static let groupLength = 4
    private static let alphabet = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789".utf8)

    /// As it is shown, for instance `K7QF-2MWX-H9TD`.
    package let text: String

    init(groups: Int, from random: RandomBytes) {
        let digits = random.bytes(groups * Self.groupLength).map { Self.alphabet[Int($0 & 31)] }
        let parts = stride(from: 0, to: digits.count, by: Self.groupLength)
            .map { String(decoding: digits[$0..<$0 + Self.groupLength], as: UTF8.self) }
        self.text = parts.joined(separator: "-")
    }

    /// Takes what somebody typed; `nil` when no code looks like this.
    package init?(typed: String, groups: Int) {
        guard typed.utf8.count <= Self.maximumLength else { return nil }
        var digits: [UInt8] = []
        for byte in typed.utf8 where byte != UInt8(ascii: "-") && byte != UInt8(ascii: " ") {
            let upper = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte
            guard Self.alphabet.contains(upper) else { return nil }
            digits.append(upper)
        }
        guard digits.count == groups * Self.groupLength else { return nil }
        let parts = stride(from: 0, to: digits.count, by: Self.groupLength)
            .map { String(decoding: digits[$0..<$0 + Self.groupLength], as: UTF8.self) }
        self.text = parts.joined(separator: "-")
    }

    /// What is stored in its place.
    var digest: TokenDigest { TokenDigest(of: text) }
}

extension SpokenCode: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "‹redacted›" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
