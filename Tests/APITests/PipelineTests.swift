import API
import Documents
import HTTPTypes
import HummingbirdTesting
import NIOCore
import StateRepo
import TestSupport
import Testing

@Suite("The pipeline")
struct PipelineTests {
    /// Sends one request as the owner and returns the checked answer.
    private func send(
        _ method: HTTPRequest.Method,
        _ target: String,
        headers: HTTPFields = [:],
        body: String? = nil,
        token: String? = FakeServer.ownerToken,
        handlers: [String: OperationHandler] = [:]
    ) async throws -> ContractClient.Answer {
        let application = try FakeServer.application(overriding: handlers)
        return try await application.withContractClient(try FakeServer.contract(), token: token) { client in
            try await client.send(method, target, headers: headers, body: body)
        }
    }

    static let routes: [(HTTPRequest.Method, String, String)] = [
        (.get, "/api/items", "listItems "), (.post, "/api/items/validate", "validateItems "),
        (.delete, "/api/items/validate2", "deleteItem validate2"), (.post, "/api/items/a/publish", "publishItem a"),
        (.get, "/healthz", "getHealth "), (.get, "/api/items/a?", "getItem a"),
    ]

    @Test("Method and path choose the operation; literal segments win over parameters", arguments: routes)
    func routing(_ method: HTTPRequest.Method, _ path: String, _ operation: String) async throws {
        let answer = try await send(method, path)
        let parameters = try answer.json()["path"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(try "\(answer.json()["operation"]?.stringValue ?? "-") \(parameters.joined())" == operation)
    }

    @Test(
        "A path parameter is decoded exactly once",
        arguments: [
            ("a%20b", "a b"), ("%61tlas", "atlas"), ("%252e%252e", "%2e%2e"), ("%2541", "%41"), ("%C3%A9", "é"),
            ("a+b", "a+b"), ("a;b=c", "a;b=c"), ("...", "..."),
            ("much-longer-than-the-schema", "much-longer-than-the-schema"),
        ]
    )
    func decoding(_ segment: String, _ value: String) async throws {
        let answer = try await send(.get, "/api/items/\(segment)")
        #expect(try answer.json()["path"]?.arrayValue?.compactMap(\.stringValue) == [value])
    }

    @Test(
        "Only canonical paths are known; the others are 404, with and without a credential",
        arguments: [
            "/", "", "/api", "/api/items/", "//api/items", "/api//items", "/api/./items", "/api/../api/items",
            "/api/items/..", "/api/items/.", "/api/items/%2e%2e", "/api/items/%2E", "/api/items/%2f",
            "/api/items/a%2Fb",
            "/api/items/%5c", "/api/items/%00", "/api/items/a%0a", "/api/items/%7f", "/api/items/%", "/api/items/%2",
            "/api/items/%zz", "/api/items/%ff", "/api/items/%C0%AF", "/api/%69tems", "/API/items", "/api/items;x",
            "/api/items/a/publish/", "/api/items/a/unknown", "/api/items/a\\b", "/api/items/ä", "/healthz/",
            "/healthz;", "*", "api/items", "/api/items/a#b", "/api/items/a|b",
        ]
    )
    func canonical(_ path: String) async throws {
        for token in [FakeServer.ownerToken, nil] {
            let answer = try await send(.get, path, token: token)
            #expect(answer.status == 404)
            #expect(answer.code == "request.route_not_found")
        }
    }

    @Test(
        "Another method of a known path is 405 and says what is allowed",
        arguments: [
            (HTTPRequest.Method.put, "/api/items", "GET, HEAD, POST"), (.options, "/api/items", "GET, HEAD, POST"),
            (.trace, "/healthz", "GET, HEAD"), (.connect, "/healthz", "GET, HEAD"),
            (.get, "/api/items/a/publish", "POST"),
            (.head, "/api/items/a/publish", "POST"), (.get, "/api/items/validate", "POST"),
            (HTTPRequest.Method("BREW") ?? .put, "/api/items/a", "DELETE, GET, HEAD, PATCH"),
        ]
    )
    func wrongMethod(_ method: HTTPRequest.Method, _ path: String, _ allowed: String) async throws {
        for token in [FakeServer.ownerToken, nil] {
            let answer = try await send(method, path, token: token)
            #expect(answer.status == 405)
            #expect(answer.headers[.allow] == allowed)
            #expect(method == .head || answer.code == "request.method_not_allowed")
        }
    }

    @Test("HEAD has the headers of GET and no body")
    func head() async throws {
        let get = try await send(.get, "/api/items/a")
        let head = try await send(.head, "/api/items/a")
        #expect(head.status == 200)
        #expect(head.headers[.contentLength] == String(get.body.count))
        #expect(head.headers[.contentType] == get.headers[.contentType])
        #expect(head.body.isEmpty)
    }

    @Test("HEAD of a failure has its status and no body")
    func headOfFailure() async throws {
        let head = try await send(.head, "/api/items/a", token: nil)
        #expect(head.status == 401)
        #expect(head.body.isEmpty)
    }

    @Test(
        "A request id is taken when it is acceptable and made otherwise",
        arguments: [
            ("a", true), ("6f1f3f0e-7d0b_4a57.9:Z", true), (String(repeating: "x", count: 128), true),
            (String(repeating: "x", count: 129), false), ("a b", false), ("ä", false), ("a/b", false), (nil, false),
        ]
    )
    func requestID(_ given: String?, _ isTaken: Bool) async throws {
        var headers = HTTPFields()
        headers[.requestID] = given
        let (first, second) = (
            try await send(.get, "/healthz", headers: headers), try await send(.get, "/healthz", headers: headers)
        )
        #expect((first.headers[.requestID] == given) == isTaken)
        #expect((first.headers[.requestID] == second.headers[.requestID]) == isTaken)
    }

    @Test("Answers say that they are JSON in UTF-8")
    func contentType() async throws {
        let answer = try await send(.get, "/healthz")
        #expect(answer.headers[.contentType] == "application/json; charset=utf-8")
    }

    @Test("Of a 304 and a 204 neither says how long its body is")
    func emptyAnswers() async throws {
        for status in [HTTPResponse.Status.noContent, .notModified] {
            let handlers: [String: OperationHandler] = ["getItem": { _ in OperationResponse(status) }]
            let answer = try await send(.get, "/api/items/a", handlers: handlers)
            #expect(answer.headers[.contentLength] == nil)
            #expect(answer.headers[.contentType] == nil)
        }
    }
}
