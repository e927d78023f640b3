/// One secret of the document.
package struct SecretEntry: Sendable {
    package let value: SecretValue
    /// The generation of the document that brought this value: it grows with every change and is never used twice, also
    /// when a secret is deleted and made again.
    package let version: Int
    /// In seconds since 1970.
    package let updatedAt: Int
    /// Who set it, as `Principal` spells it.
    package let updatedBy: String
    /// Scheme, host and port that the credential was entered for, the only ones it is sent to; `nil` when it is for none.
    package let origin: String?
    /// Whether agents may be granted it; only asked of global secrets.
    package let isGrantable: Bool

    package init(
        value: SecretValue,
        version: Int,
        updatedAt: Int,
        updatedBy: String,
        origin: String? = nil,
        isGrantable: Bool = true
    ) {
        self.value = value
        self.version = version
        self.updatedAt = updatedAt
        self.updatedBy = updatedBy
        self.origin = origin
        self.isGrantable = isGrantable
    }
}

/// What the secrets of a connection were before a request that also changes the state, until it is known what became of it.
package struct SecretsIntent: Sendable {
    /// The id that the commit of the request carries.
    package let requestID: String
    /// The head before the request.
    package let since: SecretsPoint
    package let before: [SecretName: SecretEntry]

    package init(requestID: String, since: SecretsPoint, before: [SecretName: SecretEntry]) {
        self.requestID = requestID
        self.since = since
        self.before = before
    }
}

/// A commit of the state, by its name and number.
package struct SecretsPoint: Hashable, Sendable {
    package let revision: String
    package let sequence: Int

    package init(revision: String, sequence: Int) {
        self.revision = revision
        self.sequence = sequence
    }
}

/// What a request with an `Idempotency-Key` did to the secrets, kept in the very document that it changed.
package struct SecretRequest: Hashable, Sendable {
    /// A digest of the caller, the route and the key, in hexadecimal digits.
    package let key: String
    /// A digest of the body.
    package let body: String
    /// When it was answered, in seconds since 1970.
    package let at: Int
    /// The answer: a status, and a JSON text that holds no secret.
    package let status: Int
    package let answer: String

    package init(key: String, body: String, at: Int, status: Int, answer: String) {
        self.key = key
        self.body = body
        self.at = at
        self.status = status
        self.answer = answer
    }
}
