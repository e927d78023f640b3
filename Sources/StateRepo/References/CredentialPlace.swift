/// Where a credential belongs, and what says where a document would have it sent (contract, section 4).
package struct CredentialPlace: Sendable {
    /// Scheme, host and port that it was entered for; `nil` when it is for none.
    let entered: String?
    /// The place that a mode and plain values, by the names of the catalogue's fields, lead to.
    let destination: @Sendable (_ authMode: String, _ plain: [String: String]) -> String?

    package init(
        entered: String?,
        destination: @escaping @Sendable (_ authMode: String, _ plain: [String: String]) -> String?
    ) {
        self.entered = entered
        self.destination = destination
    }
}
