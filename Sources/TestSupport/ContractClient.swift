package import API
package import Documents
package import HTTPTypes
package import Hummingbird
package import HummingbirdTesting
import NIOCore
package import Testing

/// A client that compares every answer with the contract and records an issue for each difference.
package struct ContractClient: Sendable {
    /// An answer that has been checked.
    package struct Answer: Sendable {
        package let status: Int
        package let headers: HTTPFields
        package let body: [UInt8]

        package init(status: Int, headers: HTTPFields, body: [UInt8]) {
            self.status = status
            self.headers = headers
            self.body = body
        }

        /// The body as JSON.
        package func json() throws -> JSONValue { try JSONValue(parsing: body, limits: Contract.limits) }

        /// The body as text.
        package var text: String { String(decoding: body, as: UTF8.self) }

        /// The code of an error; `nil` when the body has none.
        package var code: String? {
            do { return try json()["code"]?.stringValue } catch { return nil }
        }
    }

    private let client: any TestClientProtocol
    package let checker: ContractChecker
    package var contract: Contract { checker.contract }
    /// Sent as the bearer token unless the headers of a request say otherwise.
    package var token: String?

    package init(_ client: any TestClientProtocol, contract: Contract, token: String? = nil) {
        self.client = client
        self.checker = ContractChecker(contract)
        self.token = token
    }

    /// Where the server listens; `nil` for a client that needs no connection.
    package var port: Int? { client.port }

    /// Sends a request whose body, when there is one, is the text `body`.
    @discardableResult
    package func send(
        _ method: HTTPRequest.Method,
        _ target: String,
        headers: HTTPFields = [:],
        body: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        try await send(
            method,
            target,
            headers: headers,
            bytes: body.map { Array($0.utf8) },
            sourceLocation: sourceLocation
        )
    }

    /// Sends a request whose body, when there is one, are these bytes.
    package func send(
        _ method: HTTPRequest.Method,
        _ target: String,
        headers: HTTPFields = [:],
        bytes body: [UInt8]?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        var headers = headers
        if let token, headers[.authorization] == nil { headers[.authorization] = "Bearer \(token)" }
        if body != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        let buffer = body.map { ByteBuffer(bytes: $0) }
        let (head, content) = try await exchange(method, target, headers, buffer)
        let bytes = Array(content.readableBytesView)
        let status = Int(head.status.code)
        let faults = checker.faults(of: method, target, status: status, headers: head.headerFields, body: bytes)
        for fault in faults {
            Issue.record("\(method) \(target): \(fault)", sourceLocation: sourceLocation)
        }
        return Answer(status: status, headers: head.headerFields, body: bytes)
    }

    /// Over a connection of its own where the server listens: one that is kept would be closed by it when a busy machine
    /// leaves it alone for too long.
    private func exchange(
        _ method: HTTPRequest.Method,
        _ target: String,
        _ headers: HTTPFields,
        _ body: ByteBuffer?
    ) async throws -> (head: HTTPResponse, body: ByteBuffer) {
        guard let port else {
            let response = try await client.executeRequest(uri: target, method: method, headers: headers, body: body)
            return (response.head, response.body)
        }
        var headers = headers
        headers[.connection] = "keep-alive"
        let request = TestClient.Request(target, method: method, authority: "localhost", headers: headers, body: body)
        let configuration = TestClient.Configuration(timeout: Self.patience)
        let response = try await TestClient.withClient(host: "localhost", port: port, configuration: configuration) {
            try await $0.execute(request)
        }
        return (response.head, response.body ?? ByteBuffer())
    }

    /// How long an answer of a server that listens may take.
    private static let patience = Duration.seconds(60)

    /// Sends JSON.
    @discardableResult
    package func send(
        _ method: HTTPRequest.Method,
        _ target: String,
        headers: HTTPFields = [:],
        json: JSONValue,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        try await send(method, target, headers: headers, body: json.description, sourceLocation: sourceLocation)
    }
}

extension ApplicationProtocol {
    /// Runs `body` with a client of this application that checks every answer against the contract.
    package func withContractClient<Result>(
        _ contract: Contract,
        _ setup: TestingSetup = .router,
        token: String? = nil,
        _ body: @Sendable (ContractClient) async throws -> Result
    ) async throws -> Result {
        try await test(setup) { client in try await body(ContractClient(client, contract: contract, token: token)) }
    }
}
