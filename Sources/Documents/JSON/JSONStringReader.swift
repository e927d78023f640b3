/// Reads the strings of a JSON text: strict UTF-8 (RFC 3629), escapes undone, no lone surrogates, no U+0000.
struct JSONStringReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// The text of a string with escapes; kept to save allocations.
    private var unescaped: [UInt8] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Reads the string whose opening quote stands at `offset`, and moves past the closing one.
    mutating func read(at offset: inout Int) throws(JSONFault) -> String {
        let start = offset + 1
        let end = try endOfPlainRun(from: start, openedAt: offset)
        guard bytes[end] == UInt8(ascii: "\\") else {
            offset = end + 1
            return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
        }
        return try readEscaped(at: &offset, firstEscape: end)
    }

    private mutating func readEscaped(at offset: inout Int, firstEscape: Int) throws(JSONFault) -> String {
        let opening = offset
        unescaped.removeAll(keepingCapacity: true)
        var runStart = opening + 1
        var runEnd = firstEscape
        while true {
            unescaped.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[runStart..<runEnd]))
            guard bytes[runEnd] == UInt8(ascii: "\\") else { break }
            runStart = runEnd
            try unescape(at: &runStart)
            runEnd = try endOfPlainRun(from: runStart, openedAt: opening)
        }
        offset = runEnd + 1
        return String(decoding: unescaped, as: UTF8.self)
    }

    /// The offset of the first quote or backslash from `start` on.
    @inline(__always)
    private func endOfPlainRun(from start: Int, openedAt opening: Int) throws(JSONFault) -> Int {
        var offset = start
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return offset }
            if byte < 0x20 {
                throw JSONFault(.malformed, "a control character in a string must be written as an escape", at: offset)
            }
            if byte < 0x80 {
                offset += 1
            } else if let length = sequenceLength(at: offset) {
                offset += length
            } else {
                throw JSONFault(.encoding, "this byte is not valid UTF-8", at: offset)
            }
        }
        throw JSONFault(.malformed, "the string that starts here is not closed", at: opening)
    }

    /// The length of the well-formed UTF-8 sequence at `offset`; `nil` when it is malformed (Unicode, table 3-7).
    func sequenceLength(at offset: Int) -> Int? {
        let first = byte(at: offset)
        let second = byte(at: offset + 1)
        switch first {
        case 0..<0x80: return 1
        case 0xC2...0xDF: return isContinuation(second) ? 2 : nil
        case 0xE0...0xEF:
            let lowest: UInt8 = first == 0xE0 ? 0xA0 : 0x80
            let highest: UInt8 = first == 0xED ? 0x9F : 0xBF
            return (lowest...highest).contains(second) && isContinuation(byte(at: offset + 2)) ? 3 : nil
        case 0xF0...0xF4:
            let lowest: UInt8 = first == 0xF0 ? 0x90 : 0x80
            let highest: UInt8 = first == 0xF4 ? 0x8F : 0xBF
            let isTail = isContinuation(byte(at: offset + 2)) && isContinuation(byte(at: offset + 3))
            return (lowest...highest).contains(second) && isTail ? 4 : nil
        default: return nil
        }
    }

    private func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

    @inline(__always)
    private func byte(at index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }
}

// MARK: - Escapes

extension JSONStringReader {
    /// Appends what the escape at `offset` stands for, and moves past it.
    private mutating func unescape(at offset: inout Int) throws(JSONFault) {
        let plain: UInt8
        switch byte(at: offset + 1) {
        case UInt8(ascii: "\""): plain = UInt8(ascii: "\"")
        case UInt8(ascii: "\\"): plain = UInt8(ascii: "\\")
        case UInt8(ascii: "/"): plain = UInt8(ascii: "/")
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"):
            let scalar = try scalar(at: &offset)
            unescaped.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            return
        default: throw JSONFault(.malformed, "“\\” starts no known escape here", at: offset)
        }
        unescaped.append(plain)
        offset += 2
    }

    /// The scalar that one `\uXXXX`, or two of them as a surrogate pair, stand for.
    private func scalar(at offset: inout Int) throws(JSONFault) -> Unicode.Scalar {
        let start = offset
        let first = try codeUnit(at: start)
        offset += 6
        guard first != 0 else { throw JSONFault(.nul, "U+0000 is not allowed in a text", at: start) }
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(first), byte(at: offset) == UInt8(ascii: "\\"),
            byte(at: offset + 1) == UInt8(ascii: "u")
        else { throw JSONFault(.encoding, "the escape is half of a surrogate pair", at: start) }
        let second = try codeUnit(at: offset)
        guard UTF16.isTrailSurrogate(second) else {
            throw JSONFault(.encoding, "the escape is half of a surrogate pair", at: start)
        }
        offset += 6
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    private func codeUnit(at offset: Int) throws(JSONFault) -> UInt16 {
        var unit: UInt16 = 0
        for index in offset + 2..<offset + 6 {
            guard let digit = Character(Unicode.Scalar(byte(at: index))).hexDigitValue, byte(at: index) < 0x80 else {
                throw JSONFault(.malformed, "“\\u” takes four hexadecimal digits", at: offset)
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
