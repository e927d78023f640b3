/// One preference of the header `Prefer` (RFC 7240, section 2): `name`, `name=value`, `name="value"`.
struct Preference: Hashable, Sendable {
    /// In lower case.
    let name: String
    let value: String

    /// The preferences of a header in their order; what is no preference is left out, as the RFC wants it, and so are the
    /// parameters of the others.
    static func list(_ header: String) -> [Preference] {
        split(header.utf8[...], at: UInt8(ascii: ",")).compactMap { item in
            split(item, at: UInt8(ascii: ";")).first.flatMap(Preference.init)
        }
    }

    /// How many seconds a client is ready to wait for an answer (section 4.3): of several the first counts.
    static func wait(_ header: String) -> Int? {
        guard let value = list(header).first(where: { $0.name == "wait" })?.value, !value.isEmpty,
            value.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(value) ?? .max
    }

    private init?(_ text: Substring.UTF8View) {
        let parts = text.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(Substring(parts[0].trimmingBlanks()))
        guard !name.isEmpty else { return nil }
        let value = parts.count == 2 ? parts[1].trimmingBlanks() : ""[...].utf8
        self.name = name.lowercased()
        self.value = Self.unquoted(value)
    }

    private static func unquoted(_ text: Substring.UTF8View) -> String {
        let quote = UInt8(ascii: "\"")
        guard text.count >= 2, text.first == quote, text.last == quote else { return String(Substring(text)) }
        return String(Substring(text.dropFirst().dropLast()))
    }

    /// The parts between separators that do not stand in a quoted string.
    private static func split(_ text: Substring.UTF8View, at separator: UInt8) -> [Substring.UTF8View] {
        var (parts, start, isQuoted, isEscaped) = ([Substring.UTF8View](), text.startIndex, false, false)
        for index in text.indices {
            let byte = text[index]
            if isEscaped {
                isEscaped = false
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == separator, !isQuoted {
                parts.append(text[start..<index])
                start = text.index(after: index)
            }
        }
        return parts + [text[start...]]
    }
}
