import API
import Access
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Every operation asks for its credential")
struct OperationMatrixTests {
    /// An address of an operation with something in the place of each parameter.
    private func target(_ operation: API.Operation) -> String {
        let path = operation.template.split(separator: "/").map { $0.hasPrefix("{") ? "1234567" : String($0) }
            .reduce("") { "\($0)/\($1)" }
        // A watch whose parameters are right would not end.
        return operation.id == "watchState" ? path + "?unknown=1" : path
    }

    /// What a request with these headers is answered for every operation that needs a scope.
    private func expect(
        _ server: AccessServer,
        _ status: Int,
        _ code: String,
        changesOnly: Bool = false,
        headers: (Scope) async throws -> HTTPFields
    ) async throws {
        let contract = server.client.contract
        for operation in contract.operations {
            guard case .scope(let scope) = operation.access, !changesOnly || !operation.isRead else { continue }
            let sent = try await headers(scope)
            // Git's operations take no cookie.
            if operation.takesBasic, sent[.cookie] != nil { continue }
            let answer = try await server.client.send(operation.method, target(operation), headers: sent)
            #expect(answer.status == status, "\(operation.id)")
            #expect(answer.code == code, "\(operation.id)")
        }
    }

    @Test("Without a credential it is 401")
    func missing() async throws {
        try await withAccessServer { server in
            try await expect(server, 401, "auth.required") { _ in [:] }
        }
    }

    @Test(
        "With what is no credential it is 401",
        arguments: ["x", "kpat_", "kses_" + String(repeating: "0", count: 49), String(repeating: "a", count: 4096)]
    )
    func garbage(_ text: String) async throws {
        try await withAccessServer { server in
            try await expect(server, 401, "auth.token_invalid") { _ in [.authorization: "Bearer \(text)"] }
        }
    }

    @Test("With a session that has ended it is 401")
    func expired() async throws {
        try await withAccessServer { server in
            let session = try await server.access.registerOwner().login.credential
            server.clock.advance(by: SessionRecord.idleTime)
            try await expect(server, 401, "auth.session_expired") { _ in [.authorization: "Bearer \(session)"] }
            try await expect(server, 401, "auth.session_expired") { _ in AccessJourneyTests.browser(session) }
        }
    }

    @Test("With a token that was revoked it is 401, with one that has expired too")
    func revoked() async throws {
        try await withAccessServer { server in
            let control = server.access.control
            let session = try await server.access.registerOwner().login.credential
            let credential = try #require(BearerToken(session))
            let owner = try #require(try control.authenticate(credential))
            let request = APITokenRequest(name: "ci", scopes: Set(Scope.allCases), days: 1)
            let (gone, old) = (
                try await control.createToken(request, by: owner, from: .local),
                try await control.createToken(request, by: owner, from: .local)
            )
            try await control.revokeToken(gone.record.id, by: owner, from: .local)
            server.clock.advance(by: 86_400)
            try await expect(server, 401, "auth.token_invalid") { _ in [.authorization: "Bearer \(gone.text)"] }
            try await expect(server, 401, "auth.token_expired") { _ in [.authorization: "Bearer \(old.text)"] }
        }
    }

    @Test("With every scope but its own it is 403")
    func wrongScope() async throws {
        try await withAccessServer { server in
            let control = server.access.control
            let session = try await server.access.registerOwner().login.credential
            let credential = try #require(BearerToken(session))
            let owner = try #require(try control.authenticate(credential))
            var tokens: [Scope: String] = [:]
            for scope in Scope.allCases {
                let request = APITokenRequest(name: "ci", scopes: Set(Scope.allCases).subtracting([scope]), days: 1)
                tokens[scope] = try await control.createToken(request, by: owner, from: .local).text
            }
            let texts = tokens
            try await expect(server, 403, "auth.insufficient_scope") { scope in
                [.authorization: "Bearer \(texts[scope] ?? "")"]
            }
        }
    }

    @Test("What a token may not do stands in the audit log, and that it may not push by a name of its own")
    func denials() async throws {
        try await withAccessServer { server in
            let session = try await server.access.registerOwner().login.credential
            let credential = try #require(BearerToken(session))
            let owner = try #require(try server.access.control.authenticate(credential))
            let request = APITokenRequest(name: "ci", scopes: [.stateRead, .accessAdmin], days: 1)
            let token = try await server.access.control.createToken(request, by: owner, from: .local)
            let headers: HTTPFields = [.authorization: "Bearer \(token.text)"]
            let target = "/git/state.git/info/refs?service=git-receive-pack"
            #expect(try await server.client.send(.get, target, headers: headers).status == 403)
            #expect(
                try await server.client.send(.post, "/git/state.git/git-receive-pack", headers: headers).status == 403
            )
            let agents = "/api/control-plane/agents"
            #expect(try await server.client.send(.post, agents, headers: headers, json: [:]).status == 403)
            let tokens = "/api/control-plane/auth/tokens"
            let wider: JSONValue = ["name": "x", "scopes": ["state:write"]]
            #expect(try await server.client.send(.post, tokens, headers: headers, json: wider).status == 403)
            try await server.access.control.flush()
            let entries = try await server.access.control.auditEntries(AuditQuery(limit: 2))
            #expect(
                Set(entries.map { "\($0.event) \($0.details)" }) == [
                    "auth.denied {\"count\":2}", "git.push_denied {\"count\":2}",
                ]
            )
            #expect(entries.allSatisfy { $0.actor == "token:\(token.record.id)" })
        }
    }

    @Test("The document lists the events of the audit log")
    func events() throws {
        let document = try JSONDocument(parsing: Array(Data(contentsOf: ShareDirectory.checkout().contract))).value
        let event = document["components"]?["schemas"]?["AuditEntry"]?["properties"]?["event"]
        let names = event?["enum"]?.arrayValue?.compactMap(\.stringValue)
        #expect(names == AuditEvent.Name.allCases.map(\.rawValue))
    }

    @Test("A break-glass token is let through everywhere")
    func breakGlass() async throws {
        try await withAccessServer { server in
            for operation in server.client.contract.operations {
                guard case .scope = operation.access else { continue }
                let answer = try await server.client.send(
                    operation.method,
                    target(operation),
                    headers: [.authorization: "Bearer \(AccessFixture.breakGlass)"]
                )
                #expect(![401, 403].contains(answer.status), "\(operation.id)")
            }
        }
    }

    @Test(
        "A change with a cookie that does not come from this server's pages is 403",
        arguments: [
            [], [("Origin", "null")], [("Origin", "https://evil.example")], [("Origin", "http://localhost:1")],
            [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site")], [("Sec-Fetch-Site", "none")],
            [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://localhost")],
        ] as [[(String, String)]]
    )
    func crossSite(_ browser: [(String, String)]) async throws {
        try await withAccessServer { server in
            let session = try await server.access.registerOwner().login.credential
            var headers: HTTPFields = [.cookie: "koda_operator_session=\(session)"]
            for (name, value) in browser {
                let field = try #require(HTTPField.Name(name))
                headers[field] = value
            }
            let sent = headers
            try await expect(server, 403, "auth.cross_site_blocked", changesOnly: true) { _ in sent }
            #expect(try await server.client.send(.get, "/api/control-plane/agents", headers: sent).status == 200)
        }
    }

    @Test("The operations of git take no cookie")
    func gitWithCookie() async throws {
        try await withAccessServer { server in
            let session = try await server.access.registerOwner().login.credential
            let operations = server.client.contract.operations.filter(\.takesBasic)
            #expect(operations.count == 3)
            for operation in operations {
                let headers = AccessJourneyTests.browser(session)
                let answer = try await server.client.send(operation.method, target(operation), headers: headers)
                #expect(answer.code == "auth.required", "\(operation.id)")
                #expect(answer.headers[.wwwAuthenticate] == "Basic realm=\"Gitplane\"")
            }
        }
    }

    @Test("Nobody else's page can log somebody in", arguments: ["cross-site", "same-site", "none"])
    func loginFromElsewhere(_ site: String) async throws {
        try await withAccessServer { server in
            try await server.access.registerOwner()
            let body: JSONValue = ["identifier": "ada", "password": .string(AccessFixture.password)]
            var headers = HTTPFields()
            headers[.secFetchSite] = site
            let answer = try await server.client.send(
                .post,
                "/api/control-plane/auth/login",
                headers: headers,
                json: body
            )
            #expect(answer.code == "auth.cross_site_blocked")
        }
    }

    @Test(
        "A cookie that is broken, doubled or no session's is 401",
        arguments: [
            "koda_operator_session=SESSION; koda_operator_session=SESSION", "koda_operator_session=SESSIONx",
            "koda_operator_session=\"SESSION\"", "koda_operator_session=x", "koda_operator_session=ä",
            "koda_operator_session=\(AccessFixture.breakGlass)",
        ]
    )
    func brokenCookie(_ template: String) async throws {
        try await withAccessServer { server in
            let session = try await server.access.registerOwner().login.credential
            let answer = try await server.client.send(
                .get,
                "/api/control-plane/agents",
                headers: [.cookie: template.replacing("SESSION", with: session)]
            )
            #expect(answer.code == "auth.token_invalid")
        }
    }

    @Test("Every answer tells browsers to take it for what it is, and is kept by nobody who should not")
    func securityHeaders() async throws {
        try await withAccessServer { server in
            let glass = AccessFixture.breakGlass
            for operation in server.client.contract.operations {
                for token in [nil, glass] {
                    let answer = try await server.client.send(
                        operation.method,
                        target(operation),
                        headers: HTTPFields(
                            token.map { [HTTPField(name: .authorization, value: "Bearer \($0)")] } ?? []
                        )
                    )
                    let headers = answer.headers
                    #expect(Self.value("X-Content-Type-Options", headers) == "nosniff")
                    let policy = Self.value("Content-Security-Policy", headers)
                    #expect(policy == "default-src 'none'; frame-ancestors 'none'")
                    #expect(Self.value("Referrer-Policy", headers) == "no-referrer")
                    let caching = headers[.cacheControl] ?? ""
                    let isTagged = headers[.eTag] != nil
                    #expect(isTagged ? caching.contains("no-cache") : caching == "no-store", "\(operation.id)")
                }
            }
        }
    }

    private static func value(_ name: String, _ headers: HTTPFields) -> String? {
        HTTPField.Name(name).flatMap { headers[$0] }
    }
}
