/// An address on the web that a request may go to, read in one way only.
///
/// `http` or `https`, a host in ASCII, no user, no fragment. Whatever another parser could read differently is refused
/// (WHATWG URL and RFC 3986 disagree on all of these): backslashes, escapes in the host, spaces, controls, trailing dots,
/// and host names that look like numbers.
package struct Endpoint: Hashable, Sendable {
    /// The longest accepted text, in bytes.
    package static let maximumLength = 2_048
    /// The longest host name, in bytes (RFC 1035).
    package static let maximumHostLength = 253

    package let origin: Origin
    /// Path and query, starting with `/`.
    package let target: String

    /// `nil` for everything else.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.maximumLength, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            let mark = text.firstRange(of: "://"),
            let scheme = Origin.Scheme(rawValue: String(text[..<mark.lowerBound]))
        else { return nil }
        let rest = text[mark.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard !rest.contains(where: { $0 == "#" || $0 == "\\" }), let origin = Origin(scheme, authority: rest[..<end])
        else { return nil }
        self.origin = origin
        self.target = rest[end...].first == "/" ? String(rest[end...]) : "/" + rest[end...]
    }

    /// The whole address.
    package var text: String { origin.text + target }
}

/// Scheme, host and port of an address: what a credential belongs to (RFC 6454).
package struct Origin: Hashable, Sendable, CustomStringConvertible {
    package enum Scheme: String, Sendable {
        case http
        case https

        var defaultPort: Int { self == .https ? 443 : 80 }
    }

    package let scheme: Scheme
    /// In lower case; an IPv6 address without its brackets.
    package let host: String
    package let port: Int

    /// The address that the host is, when it is one.
    package var address: EndpointAddress? { EndpointAddress(host) }

    /// Whether the host is a name of this machine that no resolver is asked for (RFC 6761, section 6.3).
    var isLocalhost: Bool { host == "localhost" || host.hasSuffix(".localhost") }

    /// Whether the host is this machine, by name or by address.
    var isOwn: Bool { isLocalhost || address.map { AddressKind($0) == .loopback } ?? false }

    /// How it is written: without the port that the scheme has anyway.
    package var text: String {
        let host = self.host.contains(":") ? "[\(self.host)]" : self.host
        return port == scheme.defaultPort ? "\(scheme.rawValue)://\(host)" : "\(scheme.rawValue)://\(host):\(port)"
    }

    package var description: String { text }

    /// Reads ``text``; `nil` for what is no origin.
    package init?(_ text: String) {
        guard let endpoint = Endpoint(text), endpoint.target == "/" else { return nil }
        self = endpoint.origin
    }

    fileprivate init?(_ scheme: Scheme, authority: Substring) {
        var host = authority
        var port = scheme.defaultPort
        let bracket = authority.lastIndex(of: "]")
        if let colon = authority.lastIndex(of: ":"), bracket.map({ $0 < colon }) ?? true {
            guard let number = Self.port(authority[authority.index(after: colon)...]) else { return nil }
            port = number
            host = authority[..<colon]
        }
        guard let name = Self.host(host) else { return nil }
        self.scheme = scheme
        self.host = name
        self.port = port
    }

    private static func port(_ text: Substring) -> Int? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }), text.first != "0",
            let number = Int(text), number <= 65_535
        else { return nil }
        return number
    }

    private static func host(_ text: Substring) -> String? {
        if text.first == "[" {
            guard text.last == "]", let address = EndpointAddress(String(text.dropFirst().dropLast())),
                case .v6 = address
            else { return nil }
            return address.description
        }
        if let address = EndpointAddress(String(text)), case .v4 = address { return address.description }
        return isName(text) ? text.lowercased() : nil
    }

    /// A name of DNS (RFC 1123) whose last label no resolver takes for a number.
    private static func isName(_ text: Substring) -> Bool {
        guard !text.isEmpty, text.utf8.count <= Endpoint.maximumHostLength else { return false }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = labels.last?.utf8.first, !(48...57).contains(last) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.utf8.first != 45 && label.utf8.last != 45
                && label.utf8.allSatisfy(isLabelByte)
        }
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 45, 48...57, 65...90, 97...122, 95: true
        default: false
        }
    }
}
