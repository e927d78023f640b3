import API
import Access
import Documents
import Hummingbird
import Logging
import NIOCore
import StateRepo
import Telemetry
import Testing

/// The fake contract with handlers that answer with what they were asked.
enum FakeServer {
    static let ownerToken = String(repeating: "o", count: 32)
    /// Another one of the owner.
    static let otherToken = String(repeating: "p", count: 32)
    /// One that ends as soon as a request with it has come.
    static let endingToken = String(repeating: "e", count: 32)
    static let readerToken = String(repeating: "r", count: 32)

    private static let compiled = Result { try Contract(FakeContract.document()) }

    static func contract() throws -> Contract { try compiled.get() }

    static func application(
        logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        onListening: @escaping @Sendable (Int) async -> Void = { _ in },
        overriding handlers: [String: OperationHandler] = [:],
        edge: EdgeRules = EdgeRules(hosts: HostRules(names: ["x"])),
        idempotency: IdempotencyGate? = nil,
        spans: Spans = .none
    ) throws -> some ApplicationProtocol {
        let contract = try contract()
        var all = Handlers()
        for operation in contract.operations { all.register(operation.id, handlers[operation.id] ?? echo) }
        return try buildApplication(
            contract: contract,
            handlers: all,
            authenticator: FakeAuthenticator(),
            configuration: APIConfiguration(
                port: 0,
                edge: edge,
                idempotency: idempotency,
                spans: spans,
                onListening: onListening
            ),
            logger: logger
        )
    }

    /// Answers with what the request was understood to be.
    static let echo: OperationHandler = { request in
        var answer: JSONObject = [
            "operation": .string(request.operation.id),
            "path": .array(request.pathParameters.map { JSONValue.string($0) }),
        ]
        answer["principal"] = request.principal.map { .string($0.name) }
        answer["body"] = request.body
        answer["media_type"] = request.mediaType.map { .string($0.rawValue) }
        return OperationResponse(.ok, .json(.object(answer)))
    }
}

private struct FakeAuthenticator: Authenticator {
    func authenticate(_ token: BearerToken) -> Principal? {
        switch token.withExposedText({ $0 }) {
        case FakeServer.ownerToken, FakeServer.otherToken, FakeServer.endingToken:
            principal("owner", Set(Scope.allCases))
        case FakeServer.readerToken: principal("reader", [.stateRead])
        default: nil
        }
    }

    func isValid(_ token: BearerToken) -> Bool {
        authenticate(token) != nil && token.withExposedText { $0 } != FakeServer.endingToken
    }

    private func principal(_ name: String, _ scopes: Set<Scope>) -> Principal {
        Principal(identity: .token(name), name: name, email: "\(name)@example.com", scopes: scopes)
    }
}

extension FakeServer {
    /// A request as a handler gets it, with these pairs in its query.
    static func request(_ operation: String, query: [(String, String)] = []) throws -> OperationRequest {
        let operation = try #require(try contract().operation(operation))
        let pairs = query.map { QueryValues.Pair(name: $0.0, text: $0.1) }
        return OperationRequest(
            operation: operation,
            principal: nil,
            id: "test",
            query: try QueryValues(pairs, for: operation)
        )
    }
}
