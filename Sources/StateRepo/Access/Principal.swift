/// Who is asking, as a door established it, and what they may do.
///
/// The author of a commit is made from ``name`` and ``email``, its `Principal:` trailer is ``identity``.
package struct Principal: Hashable, Sendable {
    /// The kind of credential and what identifies it; its description is the text of the trailer.
    package enum Identity: Hashable, Sendable, CustomStringConvertible {
        case `operator`(String)
        case token(String)
        /// The first digits of the token's digest; never the token.
        case breakGlass(fingerprint: String)
        /// A user of this machine, who came through the repository's directory.
        case local(user: String)
        /// The server itself: first start, migrations.
        case server

        package var description: String {
            switch self {
            case .operator(let id): "operator:\(id)"
            case .token(let id): "token:\(id)"
            case .breakGlass(let fingerprint): "break-glass:\(fingerprint)"
            case .local(let user): "local:\(user)"
            case .server: "server"
            }
        }
    }

    package let identity: Identity
    package let name: String
    package let email: String
    package let scopes: Set<Scope>
    /// The public name of the session that the request belongs to; `nil` for every other credential.
    package let session: String?

    package init(identity: Identity, name: String, email: String, scopes: Set<Scope>, session: String? = nil) {
        self.identity = identity
        self.name = name
        self.email = email
        self.scopes = scopes
        self.session = session
    }

    package func may(_ scope: Scope) -> Bool { scopes.contains(scope) }

    /// Whose keys of repeated requests these are: everybody who comes over HTTP acts for the one owner, whichever the
    /// credential.
    package var account: String {
        switch identity {
        case .operator, .token, .breakGlass: "owner"
        case .local, .server: identity.description
        }
    }
}
