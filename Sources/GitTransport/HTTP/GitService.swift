/// The two services of git's smart HTTP protocol (gitprotocol-http(5)).
package enum GitService: String, CaseIterable, Sendable {
    case uploadPack = "git-upload-pack"
    case receivePack = "git-receive-pack"

    /// The command of git.
    var command: String {
        switch self {
        case .uploadPack: "upload-pack"
        case .receivePack: "receive-pack"
        }
    }

    package var requestType: String { "application/x-\(rawValue)-request" }
    package var resultType: String { "application/x-\(rawValue)-result" }
    package var advertisementType: String { "application/x-\(rawValue)-advertisement" }
}

/// The version that a client asks for in `Git-Protocol`.
package enum GitProtocolVersion: String, CaseIterable, Sendable {
    case v0 = "version=0"
    case v1 = "version=1"
    case v2 = "version=2"

    /// Anything but one known version is as if nothing had been asked for.
    package init?(header: String?) {
        guard let header, let version = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(header.utf8) })
        else { return nil }
        self = version
    }
}
