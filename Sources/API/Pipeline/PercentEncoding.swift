/// Percent-encoding (RFC 3986, section 2.1), decoded exactly once.
enum PercentEncoding {
    /// The decoded bytes as text; `+` stays `+`.
    ///
    /// `nil` when an escape is incomplete or the bytes are not strict UTF-8.
    static func decode(_ bytes: some Collection<UInt8>) -> String? {
        guard bytes.contains(UInt8(ascii: "%")) else { return String(validating: bytes, as: UTF8.self) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = rest.next().flatMap(value(ofDigit:)), let low = rest.next().flatMap(value(ofDigit:)) else {
                return nil
            }
            decoded.append(high << 4 | low)
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func value(ofDigit character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// One segment of a path that stands for a parameter.
enum PathSegment {
    /// The decoded text; `nil` for what no canonical path holds: characters that need an escape, `.` and `..`, and
    /// escapes that hide a slash, a backslash or a control character.
    static func decode(_ segment: UnsafeRawBufferPointer) -> String? {
        guard segment.allSatisfy(isPathCharacter), let text = PercentEncoding.decode(segment) else { return nil }
        guard text != ".", text != "..", text.utf8.allSatisfy(isAcceptable) else { return nil }
        return text
    }

    /// `pchar` of RFC 3986, section 3.3, with the percent sign.
    private static func isPathCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39: true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"): true
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'")...UInt8(ascii: ","): true
        case UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "@"): true
        default: false
        }
    }

    private static func isAcceptable(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "\\")
    }
}
