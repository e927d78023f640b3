/// Reads one JSON text, strictly as RFC 8259 has it and with the refusals the state repository adds.
///
/// Every access to the input goes through ``byte(at:)``, which answers 0 past the end; 0 is no byte of any JSON text, so
/// no rule of the grammar can run over the end. Recursion is bounded by ``JSONLimits/maximumDepth``.
struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: JSONLimits
    private var offset = 0
    private var depth = 0
    private var nodes = 0
    private var strings: JSONStringReader

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
        self.strings = JSONStringReader(bytes)
    }

    /// The value the text holds; anything but whitespace around it is refused.
    mutating func document() throws(JSONFault) -> JSONValue {
        guard bytes.count <= limits.maximumBytes else {
            throw JSONFault(.tooLarge, "the document has more than \(limits.maximumBytes) bytes", at: 0)
        }
        try refuseForeignEncoding()
        skipWhitespace()
        let value = try value()
        skipWhitespace()
        guard offset == bytes.count else { throw unexpected("the end of the document") }
        return value
    }

    private mutating func value() throws(JSONFault) -> JSONValue {
        nodes += 1
        guard nodes <= limits.maximumNodes else {
            throw JSONFault(.tooManyValues, "the document has more than \(limits.maximumNodes) values", at: offset)
        }
        switch byte(at: offset) {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"):
            try literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal("null")
            return .null
        default: throw unexpected("a value")
        }
    }
}

// MARK: - Containers

extension JSONParser {
    private mutating func object() throws(JSONFault) -> JSONObject {
        try open()
        var members = JSONObject()
        guard byte(at: offset) != UInt8(ascii: "}") else {
            close()
            return members
        }
        while true {
            let start = offset
            guard byte(at: start) == UInt8(ascii: "\"") else { throw unexpected("a member name in double quotes") }
            let key = try string()
            guard key.utf8.count <= JSONLimits.maximumKeyLength else {
                let limit = JSONLimits.maximumKeyLength
                throw JSONFault(.keyTooLong, "a member name has at most \(limit) bytes", at: start)
            }
            skipWhitespace()
            guard byte(at: offset) == UInt8(ascii: ":") else { throw unexpected("“:” after the member name") }
            offset += 1
            skipWhitespace()
            guard members.append(try value(), forKey: key) else {
                throw JSONFault(.duplicateKey, "the member “\(key)” appears twice in this object", at: start)
            }
            guard try continues(until: UInt8(ascii: "}"), "“,” or “}”") else { return members }
        }
    }

    private mutating func array() throws(JSONFault) -> [JSONValue] {
        try open()
        var values: [JSONValue] = []
        guard byte(at: offset) != UInt8(ascii: "]") else {
            close()
            return values
        }
        while true {
            values.append(try value())
            guard try continues(until: UInt8(ascii: "]"), "“,” or “]”") else { return values }
        }
    }

    private mutating func open() throws(JSONFault) {
        depth += 1
        guard depth <= limits.maximumDepth else {
            throw JSONFault(.tooDeep, "arrays and objects are nested more than \(limits.maximumDepth) deep", at: offset)
        }
        offset += 1
        skipWhitespace()
    }

    private mutating func close() {
        depth -= 1
        offset += 1
    }

    /// After an element: `true` past a comma, `false` past the end of the container.
    private mutating func continues(until end: UInt8, _ expected: StaticString) throws(JSONFault) -> Bool {
        skipWhitespace()
        switch byte(at: offset) {
        case UInt8(ascii: ","):
            offset += 1
            skipWhitespace()
            return true
        case end:
            close()
            return false
        default: throw unexpected(expected)
        }
    }
}

// MARK: - Scalars

extension JSONParser {
    private mutating func string() throws(JSONFault) -> String { try strings.read(at: &offset) }

    private mutating func literal(_ text: StaticString) throws(JSONFault) {
        for index in 0..<text.utf8CodeUnitCount where byte(at: offset + index) != text.utf8Start[index] {
            throw JSONFault(.malformed, "expected a value; did you mean “\(text)”?", at: offset)
        }
        offset += text.utf8CodeUnitCount
    }

    private mutating func number() throws(JSONFault) -> JSONNumber {
        let start = offset
        var hasExponent = false
        if byte(at: offset) == UInt8(ascii: "-") { offset += 1 }
        if byte(at: offset) == UInt8(ascii: "0") { offset += 1 } else { try digits() }
        if byte(at: offset) == UInt8(ascii: ".") {
            offset += 1
            try digits()
        }
        if byte(at: offset) | 0x20 == UInt8(ascii: "e") {
            hasExponent = true
            offset += 1
            if byte(at: offset) == UInt8(ascii: "-") || byte(at: offset) == UInt8(ascii: "+") { offset += 1 }
            try digits()
        }
        guard offset - start <= JSONNumber.maximumLength else {
            let limit = JSONNumber.maximumLength
            throw JSONFault(.numberTooLong, "a number has at most \(limit) characters", at: start)
        }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<offset]), as: UTF8.self)
        let number = JSONNumber(unchecked: text)
        guard !hasExponent || number.isRepresentable else {
            throw JSONFault(.numberOutOfRange, "the number is too large or too close to zero", at: start)
        }
        return number
    }

    private mutating func digits() throws(JSONFault) {
        let start = offset
        while byte(at: offset) &- UInt8(ascii: "0") < 10 { offset += 1 }
        guard offset > start else { throw unexpected("a digit") }
    }
}

// MARK: - Bytes

extension JSONParser {
    @inline(__always)
    private func byte(at index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

    @inline(__always)
    private mutating func skipWhitespace() {
        while true {
            switch byte(at: offset) {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): offset += 1
            default: return
            }
        }
    }

    /// A byte order mark, UTF-16 and UTF-32 show in the first two bytes, because JSON starts with ASCII.
    private func refuseForeignEncoding() throws(JSONFault) {
        let isMarked = byte(at: 0) == 0xEF && byte(at: 1) == 0xBB && byte(at: 2) == 0xBF
        let isWide = bytes.count >= 2 && (bytes[0] == 0 || bytes[1] == 0 || bytes[0] >= 0xFE)
        guard !isMarked else { throw JSONFault(.encoding, "the document starts with a byte order mark", at: 0) }
        guard !isWide else { throw JSONFault(.encoding, "the document is not UTF-8", at: 0) }
    }

    @inline(never)
    private func unexpected(_ expected: StaticString) -> JSONFault {
        guard offset < bytes.count else {
            return JSONFault(.malformed, "the document ends where \(expected) was expected", at: offset)
        }
        guard let length = strings.sequenceLength(at: offset) else {
            return JSONFault(.encoding, "this byte is not valid UTF-8", at: offset)
        }
        let found = String(decoding: bytes[offset..<offset + length], as: UTF8.self)
        let isVisible = found.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7F }
        let name = isVisible ? "“\(found)”" : "this character"
        return JSONFault(.malformed, "expected \(expected), not \(name)", at: offset)
    }
}
