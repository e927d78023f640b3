/// What an unquoted scalar means: the core schema of YAML 1.2, narrowed to what no reader takes for something else.
enum PlainScalar {
    static func value(of text: String) -> JSONValue {
        switch text {
        case "", "~", "null": .null
        case "true": true
        case "false": false
        default: JSONNumber(text).map(JSONValue.number) ?? .string(text)
        }
    }

    /// Whether `text` can be written without quotes as a value or key on one line, and means itself to every reader.
    ///
    /// Stricter than necessary: what YAML 1.1 takes for a boolean, number or date is quoted too.
    static func canHold(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return false }
        guard first.properties.isAlphabetic || "/_(".unicodeScalars.contains(first), last != " ", last != ":" else {
            return false
        }
        guard !reserved.contains(text.lowercased()), text.unicodeScalars.allSatisfy(isPlain) else { return false }
        // Pairs of bytes, because a combining mark after the blank would hide it from a search by characters.
        return zip(text.utf8, text.utf8.dropFirst()).allSatisfy { pair in
            pair != (UInt8(ascii: ":"), UInt8(ascii: " ")) && pair != (UInt8(ascii: " "), UInt8(ascii: "#"))
        }
    }

    private static let reserved: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]

    /// Whether a scalar may stand unescaped in a plain or literal scalar.
    static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7e: true
        case 0..<0xa0, 0x2028, 0x2029, 0xfeff: false
        default: scalar.value & 0xfffe != 0xfffe
        }
    }
}
