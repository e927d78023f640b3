import Foundation

/// The address users see: scheme, host and port.
struct PublicOrigin: Hashable, Sendable, CustomStringConvertible {
    let scheme: String
    /// In lower case; an IPv6 address without its brackets.
    let host: String
    /// `nil` when the address leaves it to the scheme.
    let port: Int?

    /// Takes a URL without path, query or user; `nil` for anything else.
    init?(_ text: String) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty, parts.user == nil,
            parts.path.isEmpty || parts.path == "/", parts.query == nil, parts.fragment == nil
        else { return nil }
        if let port = parts.port, !(1...65_535).contains(port) { return nil }
        self.scheme = scheme
        self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]")).lowercased()
        self.port = parts.port
    }

    var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port.map { "\(scheme)://\(name):\($0)" } ?? "\(scheme)://\(name)"
    }
}
