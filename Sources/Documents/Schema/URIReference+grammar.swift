extension URIReference {
    /// Whether every part keeps to the grammar of RFC 3986, section 3.
    var isValid: Bool {
        if let scheme, !Self.isScheme(scheme) { return false }
        if let authority, !Self.isAuthority(authority) { return false }
        if scheme == nil, authority == nil, path.prefix(while: { $0 != "/" }).contains(":") { return false }
        return Self.consists(path, of: Self.pathBytes)
            && Self.consists(query ?? "", of: Self.queryBytes)
            && Self.consists(fragment ?? "", of: Self.queryBytes)
    }

    private static let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
    private static let regName = unreserved.union("!$&'()*+,;=".utf8)
    private static let userInfo = regName.union(":".utf8)
    private static let pathBytes = userInfo.union("@/".utf8)
    private static let queryBytes = pathBytes.union("?".utf8)

    private static func isScheme(_ text: String) -> Bool {
        guard let first = text.utf8.first, first.isASCIILetter else { return false }
        return text.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || "+-.".utf8.contains($0) }
    }

    private static func isAuthority(_ text: String) -> Bool {
        var host = Substring(text)
        if let at = host.lastIndex(of: "@") {
            guard consists(String(host[..<at]), of: userInfo) else { return false }
            host = host[host.index(after: at)...]
        }
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return false }
            guard InternetAddress.isLiteral(host[..<end].dropFirst()) else { return false }
            return isPort(host[host.index(after: end)...])
        }
        let colon = host.firstIndex(of: ":") ?? host.endIndex
        return consists(String(host[..<colon]), of: regName) && isPort(host[colon...])
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty || (text.hasPrefix(":") && text.utf8.dropFirst().allSatisfy(\.isASCIIDigit))
    }

    private static func consists(_ text: String, of allowed: Set<UInt8>) -> Bool {
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            if allowed.contains(byte) { continue }
            guard byte == UInt8(ascii: "%"), bytes.next()?.isASCIIHexDigit == true,
                bytes.next()?.isASCIIHexDigit == true
            else { return false }
        }
        return true
    }

    /// Replaces `%xx`; `nil` when that does not give UTF-8.
    static func decodingPercent(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2 else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// Textual internet addresses.
enum InternetAddress {
    /// An IPv6 address or `IPvFuture` (RFC 3986, section 3.2.2), without its brackets.
    static func isLiteral(_ text: Substring) -> Bool {
        if text.hasPrefix("v") || text.hasPrefix("V") {
            let parts = text.dropFirst().split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return false }
            return parts[0].utf8.allSatisfy(\.isASCIIHexDigit)
                && parts[1].utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"/?#[]@\"<>\\^`{|}%".utf8.contains($0) }
        }
        return isVersion6(text)
    }

    static func isVersion4(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy(\.isASCIIDigit) else { return false }
                return UInt8(part) != nil && (part.utf8.count == 1 || !part.hasPrefix("0"))
            }
    }

    static func isVersion6(_ text: Substring) -> Bool {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count) else { return false }
        var count = 0
        for (index, half) in halves.enumerated() where !half.isEmpty {
            let groups = half.split(separator: ":", omittingEmptySubsequences: false)
            for (place, group) in groups.enumerated() {
                let isEnd = index == halves.count - 1 && place == groups.count - 1
                if isEnd, group.contains(".") {
                    guard isVersion4(group) else { return false }
                    count += 2
                } else {
                    guard (1...4).contains(group.utf8.count), group.utf8.allSatisfy(\.isASCIIHexDigit) else {
                        return false
                    }
                    count += 1
                }
            }
        }
        return halves.count == 2 ? count <= 7 : count == 8
    }
}

extension UInt8 {
    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    var isASCIILetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }

    var isASCIIHexDigit: Bool { isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20) }
}
