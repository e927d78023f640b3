import API
import Documents
import HTTPTypes
import TestSupport
import Testing

@Suite("Authentication of a request")
struct AuthenticationTests {
    private func send(
        _ target: String,
        _ method: HTTPRequest.Method = .get,
        authorization: String?
    ) async throws -> ContractClient.Answer {
        let headers = HTTPFields(authorization.map { [HTTPField(name: .authorization, value: $0)] } ?? [])
        return try await FakeServer.application().withContractClient(FakeServer.contract()) { client in
            try await client.send(method, target, headers: headers)
        }
    }

    @Test(
        "A bearer token that somebody has is accepted, whatever the case of the scheme",
        arguments: ["Bearer", "bearer", "BEARER", "Bearer  "]
    )
    func accepted(_ scheme: String) async throws {
        let answer = try await send("/api/items", authorization: "\(scheme) \(FakeServer.ownerToken)")
        #expect(try answer.json()["principal"]?.stringValue == "owner")
    }

    @Test("One that ends while the body comes is 401, and nothing was done")
    func ending() async throws {
        let headers: HTTPFields = [
            .authorization: "Bearer \(FakeServer.endingToken)", .contentType: "application/merge-patch+json",
        ]
        let application = try FakeServer.application(overriding: [
            "updateItem": { _ in
                Issue.record("the handler ran")
                return OperationResponse(.ok)
            }
        ])
        try await application.withContractClient(FakeServer.contract()) { client in
            let answer = try await client.send(.patch, "/api/items/a", headers: headers, body: "{}")
            #expect(answer.code == "auth.token_invalid")
            #expect(try await client.send(.get, "/api/items", headers: headers).status == 200)
        }
    }

    @Test("Without one a protected operation is 401 and says how", arguments: [nil, "Basic YTpi", "Token x", ""])
    func missing(_ authorization: String?) async throws {
        let answer = try await send("/api/items", authorization: authorization)
        #expect(answer.status == 401)
        #expect(answer.code == "auth.required")
        #expect(answer.headers[.wwwAuthenticate] == "Bearer realm=\"gitplane\"")
    }

    @Test(
        "One that nobody has is 401 of its own",
        arguments: [
            "Bearer x", "Bearer ", "Bearer", "Bearer a b", "Bearer \(FakeServer.ownerToken)x",
            "Bearer \(FakeServer.ownerToken), Bearer \(FakeServer.ownerToken)",
            "Bearer \(String(repeating: "a", count: 4097))",
        ]
    )
    func invalid(_ authorization: String) async throws {
        let answer = try await send("/api/items", authorization: authorization)
        #expect(answer.status == 401)
        #expect(answer.code == "auth.token_invalid")
        #expect(answer.headers[.wwwAuthenticate]?.contains("invalid_token") == true)
    }

    @Test(
        "A scope that is missing is named",
        arguments: [
            ("/api/items/a/publish", HTTPRequest.Method.post, "agents:publish"),
            ("/api/items/a", .delete, "state:write"),
        ]
    )
    func scope(_ path: String, _ method: HTTPRequest.Method, _ scope: String) async throws {
        let answer = try await send(path, method, authorization: "Bearer \(FakeServer.readerToken)")
        #expect(answer.status == 403)
        #expect(answer.code == "auth.insufficient_scope")
        let details = try answer.json()["details"]
        #expect(details?["required_scopes"]?.arrayValue?.compactMap(\.stringValue) == [scope])
        #expect(details?["granted_scopes"]?.arrayValue?.compactMap(\.stringValue) == ["state:read"])
    }

    @Test("A public operation asks nobody", arguments: [nil, "Bearer x"])
    func publicOperation(_ authorization: String?) async throws {
        let answer = try await send("/healthz", authorization: authorization)
        #expect(answer.status == 200)
        #expect(try answer.json()["principal"] == nil)
    }

    @Test(
        "A credential in the address is refused before anything else, on public operations too",
        arguments: [
            "/api/items?token=x", "/api/items?access_token=x", "/healthz?api_key", "/api/items?limit=0&TOKEN=x",
            "/api/items?%74oken=x", "/api/items?unknown=1&token=x",
        ]
    )
    func tokenInAddress(_ target: String) async throws {
        for authorization in [nil, "Bearer \(FakeServer.ownerToken)"] {
            let answer = try await send(target, authorization: authorization)
            #expect(answer.status == 400)
            #expect(answer.code == "auth.token_in_url")
        }
    }
}
