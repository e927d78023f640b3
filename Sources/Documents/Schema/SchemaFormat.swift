/// The formats that schemas may assert; every other name is a fault of the schema.
enum SchemaFormat: String, CaseIterable, Sendable {
    case date
    case dateTime = "date-time"
    case email
    case regex
    case uri
    case uriReference = "uri-reference"
    case uuid

    /// The longest regular expression that a checked value may hold, in bytes.
    static let maximumExpressionLength = 4_096

    /// What a value of this format is called in messages.
    var title: String {
        switch self {
        case .date: "a date such as 2026-03-01"
        case .dateTime: "a date and time with offset such as 2026-03-01T09:30:00Z (RFC 3339)"
        case .email: "an e-mail address such as name@example.com"
        case .regex: "a valid regular expression"
        case .uri: "a URI with a scheme such as https://example.com/path"
        case .uriReference: "a URI or relative reference"
        case .uuid: "a UUID such as 123e4567-e89b-12d3-a456-426614174000"
        }
    }

    func accepts(_ text: String) -> Bool {
        switch self {
        case .date: Self.isDate(Array(text.utf8)[...])
        case .dateTime: Self.isDateTime(Array(text.utf8))
        case .email: Self.isEmail(text)
        case .regex:
            text.utf8.count <= Self.maximumExpressionLength
                && (text.isEmpty || SchemaPattern.expression(text) != nil)
        case .uri:
            { $0.scheme != nil && $0.isValid }(URIReference(text))
        case .uriReference: URIReference(text).isValid
        case .uuid: Self.isUUID(Array(text.utf8))
        }
    }

    private static func isUUID(_ bytes: [UInt8]) -> Bool {
        bytes.count == 36
            && bytes.enumerated().allSatisfy { index, byte in
                [8, 13, 18, 23].contains(index) ? byte == UInt8(ascii: "-") : byte.isASCIIHexDigit
            }
    }

    /// `full-date` of RFC 3339, section 5.6.
    private static func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count == 10, bytes[bytes.startIndex + 4] == UInt8(ascii: "-"),
            bytes[bytes.startIndex + 7] == UInt8(ascii: "-"), let year = number(bytes.prefix(4)),
            let month = number(bytes.dropFirst(5).prefix(2)), let day = number(bytes.suffix(2)),
            (1...12).contains(month)
        else { return false }
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        return (1...days).contains(day)
    }

    /// `date-time` of RFC 3339; a leap second is accepted where one can be, at 23:59 UTC.
    private static func isDateTime(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 20, isDate(bytes.prefix(10)), bytes[10] | 0x20 == UInt8(ascii: "t"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"), let hour = number(bytes[11..<13]),
            let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]), hour < 24, minute < 60
        else { return false }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { $0.isASCIIDigit }
            guard !digits.isEmpty else { return false }
            rest = rest.dropFirst(digits.count + 1)
        }
        guard let offset = minutesOfOffset(rest) else { return false }
        guard second == 60 else { return second < 60 }
        return (hour * 60 + minute - offset + 2_880) % 1_440 == 1_439
    }

    private static func minutesOfOffset(_ bytes: ArraySlice<UInt8>) -> Int? {
        if bytes.count == 1, bytes.first.map({ $0 | 0x20 }) == UInt8(ascii: "z") { return 0 }
        guard bytes.count == 6, let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            bytes[bytes.startIndex + 3] == UInt8(ascii: ":"), let hours = number(bytes.dropFirst().prefix(2)),
            let minutes = number(bytes.suffix(2)), hours < 24, minutes < 60
        else { return nil }
        return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy(\.isASCIIDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}

extension SchemaFormat {
    /// `Mailbox` of RFC 5321, section 4.1.2, with its length limits (64 bytes before the last `@`, 255 after).
    private static func isEmail(_ text: String) -> Bool {
        guard let at = text.lastIndex(of: "@") else { return false }
        let (local, domain) = (text[..<at], text[text.index(after: at)...])
        guard (1...64).contains(local.utf8.count), (1...255).contains(domain.utf8.count) else { return false }
        return (isDotString(local) || isQuotedString(local)) && (isDomain(domain) || isAddressLiteral(domain))
    }

    private static func isDotString(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty
                && atom.utf8.allSatisfy {
                    $0.isASCIILetter || $0.isASCIIDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0)
                }
        }
    }

    private static func isQuotedString(_ text: Substring) -> Bool {
        guard text.utf8.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return false }
        var bytes = text.utf8.dropFirst().dropLast().makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "\\"): guard let next = bytes.next(), (32...126).contains(next) else { return false }
            case UInt8(ascii: "\""): return false
            default: guard (32...126).contains(byte) else { return false }
            }
        }
        return true
    }

    private static func isDomain(_ text: Substring) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isAddressLiteral(_ text: Substring) -> Bool {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return false }
        let address = text.dropFirst().dropLast()
        guard address.lowercased().hasPrefix("ipv6:") else { return InternetAddress.isVersion4(address) }
        return InternetAddress.isVersion6(address.dropFirst(5))
    }
}
