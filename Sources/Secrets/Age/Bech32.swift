/// The spelling of age's recipients and identities: BIP 173, without its limit of 90 characters.
enum Bech32 {
    /// Far more than a key needs.
    static let maximumLength = 200

    /// What a text spells.
    struct Decoded {
        /// In lower case.
        let prefix: String
        let data: [UInt8]
        let isUpperCase: Bool
    }

    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let generators: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
    private static let checksumLength = 6

    /// Spells data in lower case.
    static func encode(prefix: String, _ data: some Sequence<UInt8>) -> String {
        let prefix = Array(prefix.utf8)
        let values = regroup(data, from: 8, to: 5, padding: .add) ?? []
        let text = prefix + [UInt8(ascii: "1")] + (values + checksum(prefix, values)).map { alphabet[Int($0)] }
        return String(decoding: text, as: UTF8.self)
    }

    /// `nil` unless the text is well-formed down to its checksum and the zero bits of its padding.
    static func decode(_ text: some StringProtocol) -> Decoded? {
        let bytes = Array(text.utf8)
        guard bytes.count <= maximumLength, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        let hasUpper = bytes.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        let hasLower = bytes.contains { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        guard !(hasUpper && hasLower) else { return nil }
        let lower = bytes.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        guard let separator = lower.lastIndex(of: UInt8(ascii: "1")), separator > 0,
            lower.count - separator - 1 >= checksumLength
        else { return nil }
        let prefix = Array(lower[..<separator])
        var values: [UInt8] = []
        for byte in lower[(separator + 1)...] {
            guard let value = alphabet.firstIndex(of: byte) else { return nil }
            values.append(UInt8(value))
        }
        guard polymod(expanded(prefix) + values) == 1 else { return nil }
        guard let data = regroup(values.dropLast(checksumLength), from: 5, to: 8, padding: .refuse) else { return nil }
        return Decoded(prefix: String(decoding: prefix, as: UTF8.self), data: data, isUpperCase: hasUpper)
    }

    private enum Padding { case add, refuse }

    /// Splits a stream of bits anew; `nil` when bits that are left over are not a short run of zeros.
    private static func regroup(
        _ data: some Sequence<UInt8>,
        from: UInt32,
        to: UInt32,
        padding: Padding
    ) -> [UInt8]? {
        var (accumulator, bits): (UInt32, UInt32) = (0, 0)
        let mask: UInt32 = (1 << to) - 1
        var output: [UInt8] = []
        for value in data {
            accumulator = (accumulator << from | UInt32(value)) & 0xFFFF
            bits += from
            while bits >= to {
                bits -= to
                output.append(UInt8(accumulator >> bits & mask))
            }
        }
        switch padding {
        case .add: if bits > 0 { output.append(UInt8(accumulator << (to - bits) & mask)) }
        case .refuse: guard bits < from, accumulator & ((1 << bits) - 1) == 0 else { return nil }
        }
        return output
    }

    private static func checksum(_ prefix: [UInt8], _ values: [UInt8]) -> [UInt8] {
        let sum = polymod(expanded(prefix) + values + [UInt8](repeating: 0, count: checksumLength)) ^ 1
        return (0..<checksumLength).map { UInt8(sum >> (5 * UInt32(checksumLength - 1 - $0)) & 31) }
    }

    private static func expanded(_ prefix: [UInt8]) -> [UInt8] { prefix.map { $0 >> 5 } + [0] + prefix.map { $0 & 31 } }

    private static func polymod(_ values: [UInt8]) -> UInt32 {
        values.reduce(1) { sum, value in
            let top = sum >> 25
            let shifted = (sum & 0x1ff_ffff) << 5 ^ UInt32(value)
            return generators.indices.reduce(shifted) { top >> UInt32($1) & 1 == 1 ? $0 ^ generators[$1] : $0 }
        }
    }
}
