/// The spelling of an age file as text (RFC 7468, strictly): base64 in lines of 64 between two marks.
package enum AgeArmour {
    private static let begin = Array("-----BEGIN AGE ENCRYPTED FILE-----".utf8)
    private static let end = Array("-----END AGE ENCRYPTED FILE-----".utf8)
    private static let columns = 64

    package static func encode(_ file: [UInt8]) -> [UInt8] {
        var text = AgeBase64.encode(file)
        while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        var output = begin + [UInt8(ascii: "\n")]
        var rest = text[...]
        while !rest.isEmpty {
            output += rest.prefix(columns) + [UInt8(ascii: "\n")]
            rest = rest.dropFirst(columns)
        }
        return output + end + [UInt8(ascii: "\n")]
    }

    /// Whether the text starts as an armoured file does, white space aside.
    static func isArmoured(_ file: [UInt8]) -> Bool { trimmed(file[...]).starts(with: begin) }

    /// - Throws: ``AgeError`` `age.armour_malformed`.
    package static func decode(_ text: [UInt8]) throws(AgeError) -> [UInt8] {
        var lines = trimmed(text[...]).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
        guard lines.count >= 3, lines.removeFirst().elementsEqual(begin), lines.removeLast().elementsEqual(end),
            let last = lines.popLast()
        else { throw AgeError(.armour, "the marks of the armour are malformed") }
        guard lines.allSatisfy({ $0.count == columns }), (1...columns).contains(last.count), last.count % 4 == 0 else {
            throw AgeError(.armour, "a line of the armour has a wrong length")
        }
        let padding = last.suffix(2).count { $0 == UInt8(ascii: "=") }
        let joined = lines.flatMap { $0 } + last.dropLast(padding)
        guard padding == 0 || last.suffix(padding).allSatisfy({ $0 == UInt8(ascii: "=") }),
            (4 - joined.count % 4) % 4 == padding, let file = AgeBase64.decode(joined)
        else { throw AgeError(.armour, "the armour is not base64") }
        return file
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        let start = text.drop(while: isSpace)
        guard let last = start.lastIndex(where: { !isSpace($0) }) else { return [] }
        return start[...last]
    }
}
