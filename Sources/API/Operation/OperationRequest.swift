import Access
package import Documents
package import HTTPTypes
package import HummingbirdCore
package import StateRepo

/// A request that has passed every check of the contract.
package struct OperationRequest: Sendable {
    package let operation: Operation
    /// Who is asking; `nil` on public operations.
    package let principal: Principal?
    /// Where the request comes from.
    package let client: RequestClient
    /// The request's id, as it stands in the answer, the log and the commit.
    package let id: String
    /// Decoded once, in the order of the template; any text that one segment can hold.
    package let pathParameters: [String]
    package let query: QueryValues
    package let headers: HTTPFields
    /// Set when the request has an `Idempotency-Key`: what its write carries, and what it may have to recall.
    package internal(set) var idempotency: IdempotentRequest?
    /// The body with its text, which fits the schema of its media type.
    ///
    /// `nil` when there is none.
    package let document: JSONDocument?
    /// `nil` when there is no body.
    package let mediaType: MediaType?
    /// The body of an operation that reads it itself; `nil` for the others.
    package let stream: RequestBody?
    /// For answers that take their time.
    package let presence: ClientPresence
    /// Whether the request's credential has not been revoked or expired since.
    let isCredentialValid: @Sendable () -> Bool

    package init(
        operation: Operation,
        principal: Principal?,
        client: RequestClient = RequestClient(),
        id: String,
        pathParameters: [String] = [],
        query: QueryValues,
        headers: HTTPFields = [:],
        document: JSONDocument? = nil,
        mediaType: MediaType? = nil,
        stream: RequestBody? = nil,
        presence: ClientPresence = .unknown,
        isCredentialValid: @escaping @Sendable () -> Bool = { true }
    ) {
        self.operation = operation
        self.principal = principal
        self.client = client
        self.id = id
        self.pathParameters = pathParameters
        self.query = query
        self.headers = headers
        self.document = document
        self.mediaType = mediaType
        self.stream = stream
        self.presence = presence
        self.isCredentialValid = isCredentialValid
    }

    /// The address that the audit log shows.
    var address: ClientAddress { client.auditAddress }

    /// The value of the body.
    package var body: JSONValue? { document?.value }

    /// The text of a parameter that stands in the operation's path.
    package func path(_ name: String) -> String {
        guard let index = operation.pathParameters.firstIndex(of: name), pathParameters.indices.contains(index) else {
            preconditionFailure("\(operation.id) has no path parameter \(name)")
        }
        return pathParameters[index]
    }

    /// Who is asking.
    ///
    /// - Throws: ``ProblemError`` 401 on a public operation, where nobody had to say.
    package func requirePrincipal() throws -> Principal {
        guard let principal else { throw ProblemError.authenticationRequired }
        return principal
    }
}

extension OperationRequest {
    /// `If-Match`; `nil` when it is absent.
    package func ifMatch() throws -> EntityTagCondition? { try condition(.ifMatch) }

    /// `If-None-Match`; `nil` when it is absent.
    package func ifNoneMatch() throws -> EntityTagCondition? { try condition(.ifNoneMatch) }

    /// The point in history that a query parameter names; `nil` when it is absent.
    ///
    /// - Parameter others: what else the operation takes there, for the error.
    /// - Throws: ``ProblemError`` 400 `request.invalid_parameter` when it names none.
    package func revision(_ parameter: String = "at", others: String = "") throws -> RevisionSelector? {
        guard let text = query.text(parameter) else { return nil }
        guard let selector = RevisionSelector(parsing: text) else {
            throw ProblemError.parameter(
                parameter,
                in: .query,
                code: .stringFormat,
                "It is neither a commit id, a sequence number nor an RFC 3339 time\(others)."
            )
        }
        return selector
    }

    private func condition(_ field: HTTPField.Name) throws -> EntityTagCondition? {
        guard let text = headers[field] else { return nil }
        guard let condition = EntityTagCondition(parsing: text) else {
            let message = "It is neither “*” nor a list of entity tags in double quotes."
            throw ProblemError.parameter(field.rawName, in: .header, code: .stringFormat, message)
        }
        return condition
    }
}
