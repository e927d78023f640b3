package import Documents

/// One field of a document that names something else.
package struct Reference: Hashable, Sendable {
    /// What is named.
    package enum Target: String, Sendable {
        case agent
        case skill
        case provider
        case integration
        case tool
        case secret
        case sharedVariable = "shared variable"
    }

    package let target: Target
    package let name: String
    package let pointer: JSONPointer
    /// Whether the name is a member's key rather than its value.
    package let isKey: Bool
}

/// A model named for a provider.
package struct ModelReference: Hashable, Sendable {
    package let provider: String
    package let model: String
    package let pointer: JSONPointer
}
