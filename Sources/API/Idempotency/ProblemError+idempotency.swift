import Documents
import HTTPTypes

extension HTTPField.Name {
    static let idempotencyKey = name("Idempotency-Key")
    static let idempotencyReplayed = name("Idempotency-Replayed")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("the names above are tokens") }
        return name
    }
}

extension ProblemError {
    static var idempotencyInProgress: ProblemError {
        ProblemError(
            .idempotencyInProgress,
            "The first request with this Idempotency-Key still runs; send it again in a second.",
            headers: [.retryAfter: "1"]
        )
    }

    static var idempotencyKeyReused: ProblemError {
        ProblemError(
            .idempotencyKeyReused,
            "This Idempotency-Key was used for another request; take a new key for each request that is to happen."
        )
    }

    /// 409 with what was made, for somebody with another credential.
    static func idempotencySealed(_ location: String?) -> ProblemError {
        let id = location?.split(separator: "/").last.map { JSONValue.object(["id": .string(String($0))]) }
        return ProblemError(
            .idempotencySealed,
            "The answer shows a secret, and only the credential that asked first gets it again.",
            details: id
        )
    }
}
