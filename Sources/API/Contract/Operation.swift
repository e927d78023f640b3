package import Access
package import Documents
package import HTTPTypes
package import StateRepo

/// One operation of the contract, compiled for checking requests and responses.
package final class Operation: Sendable {
    /// Who may call an operation.
    package enum Access: Hashable, Sendable {
        case `public`
        /// Nobody has to say who they are; who does so with a good credential is told more.
        case optional
        case scope(Scope)
    }

    /// What requests are counted by (`x-gitplane-rate-limit`).
    package enum Counting: Hashable, Sendable {
        /// Credential, else address.
        case usual
        /// Not at all (`none`).
        case never
        /// As usual, and by a bucket of its own; `login` is counted by the handler, which knows the account.
        case also(RateLimitBucket)
    }

    /// The `operationId`, by which handlers are bound.
    package let id: String
    package let method: HTTPRequest.Method
    /// The path with `{name}` segments.
    package let template: String
    package let access: Access
    /// Whether it takes a token as the password of `Basic`, as git sends it.
    package let takesBasic: Bool
    package let counting: Counting
    /// Names in the order of the template.
    package let pathParameters: [String]
    package let query: [Parameter]
    /// Whether a request without a query lacks something.
    let needsQuery: Bool
    /// Without `X-Request-Id`, which is never refused.
    package let headers: [Parameter]
    /// Whether a request may ask to wait for a change, with `Prefer: wait` (RFC 7240).
    package let honoursWait: Bool
    /// `nil` when the operation takes no body; one that is sent all the same is not looked at.
    package let body: BodySpecification?
    /// `nil` unless the handler reads the body itself.
    package let stream: StreamSpecification?
    package let responses: [Int: ResponseSpecification]
    /// Whether the answer shows a secret once (`x-gitplane-sealed`): repeated, it goes to the same credential only.
    package let isAnswerSealed: Bool
    /// Whether the body has a password that somebody could find by trying (`x-gitplane-secret-body`): no digest of it is kept.
    let isBodySecret: Bool
    /// Whether a repetition with the same `Idempotency-Key` gets the first answer.
    let takesIdempotencyKey: Bool
    /// The codes of `x-error-codes`.
    package let errorCodes: Set<String>
    /// Its place among the operations of the contract.
    package let index: Int

    init(
        id: String,
        method: HTTPRequest.Method,
        template: String,
        access: Access,
        takesBasic: Bool,
        counting: Counting,
        pathParameters: [String],
        query: [Parameter],
        headers: [Parameter],
        body: BodySpecification?,
        stream: StreamSpecification?,
        responses: [Int: ResponseSpecification],
        isAnswerSealed: Bool,
        isBodySecret: Bool = false,
        errorCodes: Set<String>,
        index: Int
    ) {
        self.id = id
        self.method = method
        self.template = template
        self.access = access
        self.takesBasic = takesBasic
        self.counting = counting
        self.pathParameters = pathParameters
        self.query = query
        self.needsQuery = query.contains(where: \.isRequired)
        self.headers = headers
        self.honoursWait = headers.contains { $0.field == .prefer }
        self.body = body
        self.stream = stream
        self.responses = responses
        self.isAnswerSealed = isAnswerSealed
        self.isBodySecret = isBodySecret
        self.takesIdempotencyKey = headers.contains { $0.field == .idempotencyKey }
        self.errorCodes = errorCodes
        self.index = index
    }

    /// Whether nobody may call it without saying who they are.
    var needsCredential: Bool { if case .scope = access { true } else { false } }

    /// Whether it only reads; the others are logged at `info`.
    package var isRead: Bool { method == .get }
}

/// What an operation takes as its body.
package struct BodySpecification: Sendable {
    package let isRequired: Bool
    /// In the order of the contract.
    package let contents: [Content]
    /// The most bytes that are read: 1 MiB, or what `x-maximum-bytes` says.
    package let maximumBytes: Int

    package struct Content: Sendable {
        package let mediaType: MediaType
        package let schema: JSONSchema
    }
}

/// A body that is not JSON and that the handler takes as it comes (`x-streamed`).
package struct StreamSpecification: Sendable {
    /// In lower case, without parameters.
    package let mediaType: String
}

/// One documented status of an operation.
package struct ResponseSpecification: Sendable {
    package struct Content: Sendable {
        /// In lower case, without parameters.
        package let mediaType: String
        /// `nil` for texts that are not JSON.
        package let schema: JSONSchema?
        /// What the data of each kind of event is, when the text is a stream of events (`x-events`).
        package let events: [String: JSONSchema]
    }

    package struct Header: Sendable {
        package let name: HTTPField.Name
        package let isRequired: Bool
        package let schema: JSONSchema
        package let kind: Parameter.Kind
    }

    package let contents: [Content]
    package let headers: [Header]
}
