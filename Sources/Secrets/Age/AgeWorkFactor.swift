/// How much work a passphrase costs: scrypt with `2^exponent` rounds of 1 KiB.
package struct AgeWorkFactor: Hashable, Sendable {
    /// The most that is done for a file that somebody else made: 1 GiB of memory for some seconds.
    package static let maximumExponent = 20

    /// What `age` itself takes: about half a second.
    package static let standard = AgeWorkFactor(unchecked: 18)

    package let exponent: Int

    /// `nil` outside of 1…``maximumExponent``.
    package init?(exponent: Int) {
        guard (1...Self.maximumExponent).contains(exponent) else { return nil }
        self.exponent = exponent
    }

    private init(unchecked exponent: Int) { self.exponent = exponent }

    /// - Throws: ``AgeError`` `age.stanza_malformed` or `age.work_factor`.
    init(parsing text: String) throws(AgeError) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard text.utf8.allSatisfy(digits.contains), text.utf8.first != UInt8(ascii: "0"), text.utf8.count <= 2,
            let exponent = Int(text)
        else { throw AgeError(.stanza, "the work factor is malformed") }
        guard let factor = Self(exponent: exponent) else {
            throw AgeError(.workFactor, "a work factor of more than \(Self.maximumExponent) is refused")
        }
        self = factor
    }
}
