import API
import Access
import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

/// The server forgets every answer that was not kept in the transaction of its effect.
@Suite("Repeated changes of access, with a crash after each")
struct AccessIdempotencyTests {
    private static let base = "/api/control-plane/auth"

    private static func headers(_ credential: String? = nil, key: String) -> HTTPFields {
        var headers = HTTPFields()
        if let credential { headers[.authorization] = "Bearer \(credential)" }
        if let name = HTTPField.Name("Idempotency-Key") { headers[name] = key }
        return headers
    }

    private static func isReplayed(_ answer: ContractClient.Answer) -> Bool {
        HTTPField.Name("Idempotency-Replayed").flatMap { answer.headers[$0] } == "true"
    }

    /// Sends a request twice, and expects the first answer again.
    @discardableResult
    private func twice(
        _ server: AccessServer,
        _ path: String,
        _ credential: String? = nil,
        _ body: JSONValue? = nil,
        status: Int
    ) async throws -> ContractClient.Answer {
        let headers = Self.headers(credential, key: path)
        let first = try await server.client.send(
            .post,
            "\(Self.base)/\(path)",
            headers: headers,
            body: body?.description
        )
        #expect(first.status == status && !Self.isReplayed(first), "\(path)")
        let again = try await server.client.send(
            .post,
            "\(Self.base)/\(path)",
            headers: headers,
            body: body?.description
        )
        #expect(again.status == status && Self.isReplayed(again) && again.text == first.text, "\(path)")
        #expect(again.headers[.setCookie] == first.headers[.setCookie])
        return first
    }

    @Test("A setup code is exchanged once, an owner registered once")
    func firstRun() async throws {
        try await withAccessServer { server in
            let code = try await twice(server, "bootstrap/codes", AccessFixture.breakGlass, status: 201).json()
            let exchange: JSONValue = ["code": code["code"] ?? .null]
            let token = try await twice(server, "bootstrap/exchange", nil, exchange, status: 200).json()
            let registration: JSONValue = [
                "email": "ada@example.com", "password": .string(AccessFixture.password),
                "registration_token": token["registration_token"] ?? .null,
            ]
            let owner = try await twice(server, "register-owner", nil, registration, status: 201)
            #expect(try owner.json()["recovery_codes"]?.arrayValue?.count == 10)
            #expect(server.access.control.sessions().count == 1)
        }
    }

    @Test("A token is made once; its text is for the credential that asked")
    func token() async throws {
        try await withAccessServer { server in
            let session = try await server.access.registerOwner().login.credential
            let body: JSONValue = ["name": "ci", "scopes": ["state:read"]]
            let made = try await twice(server, "tokens", session, body, status: 201).json()
            #expect(server.access.control.tokens().map(\.id.description) == [made["id"]?.stringValue ?? ""])
            let other = Self.headers(AccessFixture.breakGlass, key: "tokens")
            let sealed = try await server.client.send(.post, "\(Self.base)/tokens", headers: other, json: body)
            #expect(sealed.code == "idempotency.sealed")
            #expect(try sealed.json()["details"]?["id"] == made["id"])
            let reused = try await server.client.send(
                .post,
                "\(Self.base)/tokens",
                headers: Self.headers(session, key: "tokens"),
                json: ["name": "cd"]
            )
            #expect(reused.code == "idempotency.key_reused")
            #expect(server.access.control.tokens().count == 1)
        }
    }

    @Test("A password is changed and codes are made once; a repetition with another password is no repetition")
    func passwords() async throws {
        try await withAccessServer { server in
            let session = try await server.access.registerOwner().login.credential
            let current = JSONValue.string(AccessFixture.password)
            let codes: JSONValue = ["current_password": current]
            try await twice(server, "recovery-codes/regenerate", session, codes, status: 201)
            let guessed = try await server.client.send(
                .post,
                "\(Self.base)/recovery-codes/regenerate",
                headers: Self.headers(session, key: "recovery-codes/regenerate"),
                json: ["current_password": "a guess"]
            )
            #expect(guessed.code == "idempotency.key_reused")
            // Who has another credential is told the same whether the password is right or not.
            for password in [current, "a guess"] {
                let sealed = try await server.client.send(
                    .post,
                    "\(Self.base)/recovery-codes/regenerate",
                    headers: Self.headers(AccessFixture.breakGlass, key: "recovery-codes/regenerate"),
                    json: ["current_password": password]
                )
                #expect(sealed.code == "idempotency.sealed")
            }
            let change: JSONValue = ["current_password": current, "new_password": "another lantern of copper"]
            let headers = Self.headers(session, key: "password/change")
            for isReplayed in [false, true] {
                let target = "\(Self.base)/password/change"
                let answer = try await server.client.send(.post, target, headers: headers, json: change)
                #expect(answer.status == 204)
                #expect(Self.isReplayed(answer) == isReplayed)
            }
        }
    }

    @Test("A recovery code recovers once, and a repetition is told that it did")
    func recovery() async throws {
        try await withAccessServer { server in
            let owner = try await server.access.registerOwner()
            let body: JSONValue = [
                "identifier": "ada", "recovery_code": .string(owner.recoveryCodes.first ?? ""),
                "new_password": "another lantern of copper",
            ]
            try await twice(server, "password/recover", nil, body, status: 204)
            #expect(server.access.control.sessions().isEmpty)
        }
    }
}
