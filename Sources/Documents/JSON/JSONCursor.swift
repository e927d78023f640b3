/// Moves through a text that the parser has accepted, without building values.
struct JSONCursor {
    let source: [UInt8]
    var offset = 0

    init(_ source: [UInt8]) { self.source = source }

    var byte: UInt8 { source[offset] }

    mutating func skipWhitespace() {
        while offset < source.count, Self.isWhitespace(source[offset]) { offset += 1 }
    }

    /// From an opening quote past the closing one.
    mutating func skipString() {
        offset += 1
        while source[offset] != UInt8(ascii: "\"") { offset += source[offset] == UInt8(ascii: "\\") ? 2 : 1 }
        offset += 1
    }

    /// From the first byte of a value past its last one.
    mutating func skipValue() {
        var depth = 0
        repeat {
            switch source[offset] {
            case UInt8(ascii: "\""): skipString()
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                offset += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                offset += 1
            case let byte where depth > 0 && (Self.isWhitespace(byte) || Self.isSeparator(byte)): offset += 1
            default: skipWord()
            }
        } while depth > 0
    }

    /// From a member's name to the first byte of its value.
    mutating func skipName() {
        skipString()
        skipWhitespace()
        offset += 1
        skipWhitespace()
    }

    /// From the end of an element past the comma to the first byte of the next one.
    mutating func skipComma() {
        skipWhitespace()
        offset += 1
        skipWhitespace()
    }

    private mutating func skipWord() {
        while offset < source.count {
            let byte = source[offset]
            if Self.isWhitespace(byte) || Self.isSeparator(byte) { return }
            if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { return }
            offset += 1
        }
    }

    static func isWhitespace(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): true
        default: false
        }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ",") || byte == UInt8(ascii: ":") }
}
