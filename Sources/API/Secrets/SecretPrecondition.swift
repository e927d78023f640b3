import Documents
import Secrets
import StateRepo

/// What a write of a secret demands of the one that is there (contract, section 1).
struct SecretPrecondition: Sendable {
    private let match: EntityTagCondition?
    private let noneMatch: EntityTagCondition?

    /// - Throws: `request.invalid_parameter` for a header that is none.
    init(_ request: OperationRequest) throws {
        match = try request.ifMatch()
        noneMatch = try request.ifNoneMatch()
    }

    /// - Parameter entry: what is there; `nil` for nothing.
    /// - Throws: `state.precondition_failed` with the present tag.
    func check(_ entry: SecretEntry?) throws(StateError) {
        let present = entry.map { EntityTag($0) }
        guard match?.holdsAsIfMatch(for: present) ?? true else {
            throw Self.failed(present, "the secret is not the one that you named")
        }
        guard noneMatch?.holdsAsIfNoneMatch(for: present) ?? true else {
            throw Self.failed(present, "there is such a secret")
        }
    }

    private static func failed(_ present: EntityTag?, _ message: String) -> StateError {
        let details: JSONObject = present.map { ["current_etag": .string($0.opaque)] } ?? [:]
        return StateError(.preconditionFailed, message, details: details)
    }
}

extension EntityTag {
    /// The tag of a secret: its version is never used twice, also when it is deleted and made again.
    init(_ entry: SecretEntry) { self.init("secret-\(entry.version)") }
}
