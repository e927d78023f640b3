import Access
import Documents
import HTTPTypes

/// Which names the server answers for.
///
/// A browser can be led to send requests here under any name that somebody points at this machine (DNS rebinding). It
/// cannot be led to do so under an IP address or `localhost`. The port is not compared: it may be forwarded.
package struct HostRules: Sendable {
    private let names: Set<String>

    /// - Parameter names: further names, without port: the one that the server is bound to, and its public one.
    package init(names: [String] = []) {
        self.names = Set(["localhost"] + names.map { $0.lowercased() })
    }

    /// Demands exactly one `Host` (RFC 9112, section 3.2), or `:authority` of HTTP/2, that is allowed.
    ///
    /// - Throws: ``ProblemError`` 400 `request.invalid_parameter` or 421 `request.host_not_allowed`.
    func check(_ head: HTTPRequest) throws {
        // The first field is the authority; whatever else there is stays among the fields.
        let text: String
        if let authority = head.authority, !head.headerFields.contains(.furtherHost) {
            text = authority
        } else {
            let given = (head.authority.map { [$0] } ?? []) + head.headerFields[values: .furtherHost]
            guard given.count == 1, let first = given.first else {
                throw Self.malformed("A request has exactly one Host; this one has \(given.count).")
            }
            text = first
        }
        guard let name = Self.name(of: text) else { throw Self.malformed("It is not a host with or without a port.") }
        if names.contains(name) || IPAddress(name) != nil { return }
        throw ProblemError(.hostNotAllowed, "This server does not answer for “\(name)”.")
    }

    /// The host without port and brackets, in lower case and without the final dot; `nil` when it is none (RFC 3986,
    /// section 3.2.2, without escapes).
    static func name(of authority: String) -> String? {
        if authority.hasPrefix("[") {
            let inner = authority.dropFirst().prefix { $0 != "]" }
            let rest = authority.dropFirst(inner.utf8.count + 1)
            // Brackets are for IPv6 alone.
            guard rest.hasPrefix("]"), isPort(rest.dropFirst()), inner.utf8.contains(UInt8(ascii: ":")),
                IPAddress(String(inner)) != nil
            else { return nil }
            return inner.lowercased()
        }
        let name = authority[..<(authority.utf8.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex)]
        guard !name.isEmpty, name.utf8.count <= maximumLength, name.utf8.allSatisfy(isNameCharacter),
            isPort(authority[name.endIndex...])
        else { return nil }
        let hasFinalDot = name.utf8.last == UInt8(ascii: ".") && name.utf8.count > 1
        let trimmed = hasFinalDot ? name.dropLast() : name
        return trimmed.lowercased()
    }

    /// The longest name that DNS knows, in bytes (RFC 1035, section 3.1).
    private static let maximumLength = 255

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39: true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// Whether nothing or `:` and a port follows.
    private static func isPort(_ rest: Substring) -> Bool {
        if rest.isEmpty { return true }
        let digits = rest.dropFirst()
        return rest.utf8.first == UInt8(ascii: ":") && (1...5).contains(digits.utf8.count)
            && digits.utf8.allSatisfy { (0x30...0x39).contains($0) } && (Int(digits) ?? .max) <= 65_535
    }

    private static func malformed(_ message: String) -> ProblemError {
        ProblemError.parameter("Host", in: .header, code: .stringFormat, message)
    }
}
