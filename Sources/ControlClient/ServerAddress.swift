import Foundation

/// The address of a server, up to its host and port.
package struct ServerAddress: Sendable, CustomStringConvertible {
    /// Of a server that was started without settings.
    package static let local = "http://127.0.0.1:8090"

    /// Without a `/` at the end.
    package let description: String
    private let scheme: String
    private let host: String

    /// `nil` for anything but an `http` or `https` address with a host and nothing after it.
    package init?(_ text: String) {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = url.host(), !host.isEmpty, url.user() == nil, url.password() == nil, url.query() == nil,
            url.fragment() == nil, ["", "/"].contains(url.path())
        else { return nil }
        self.description = text.hasSuffix("/") ? String(text.dropLast()) : text
        self.scheme = scheme
        self.host = host
    }

    /// Whether nobody else can read what is sent there: by TLS, or because it does not leave the machine.
    package var isPrivate: Bool {
        guard scheme == "http" else { return true }
        return host == "localhost" || host == "::1" || host == "[::1]" || Self.isLoopback(host)
    }

    private static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.first == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
