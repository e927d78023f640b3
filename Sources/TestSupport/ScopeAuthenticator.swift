package import Access
package import StateRepo

/// Takes every token that lists scopes, separated by `+`, and stands for somebody who has exactly these.
package struct ScopeAuthenticator: Authenticator {
    package init() {}

    /// The token for somebody with these scopes.
    package static func token(_ scopes: some Sequence<Scope>) -> String {
        scopes.map(\.rawValue).sorted().joined(separator: "+")
    }

    package func authenticate(_ token: BearerToken) -> Principal? {
        let words = token.withExposedText { $0.split(separator: "+").map(String.init) }
        let scopes = words.compactMap { Scope(rawValue: $0) }
        return scopes.count == words.count ? .test(Set(scopes)) : nil
    }

    package func isValid(_ token: BearerToken) -> Bool { authenticate(token) != nil }
}
