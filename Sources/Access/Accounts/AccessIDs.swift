/// The public name of an operator; it stands in commits.
package struct OperatorID: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ text: String) { self.description = text }
}

/// The public name of a session; it is no credential.
package struct SessionID: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ text: String) { self.description = text }
}

/// The public name of an API token; it is no credential.
package struct APITokenID: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ text: String) { self.description = text }
}
