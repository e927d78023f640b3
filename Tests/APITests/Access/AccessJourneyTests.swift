import API
import Access
import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Access over HTTP")
struct AccessJourneyTests {
    static let base = "/api/control-plane/auth"
    static let newPassword = "velvet harbour seven comets"

    /// The value of the cookie that an answer sets.
    static func cookie(_ answer: ContractClient.Answer) throws -> String {
        let header = try #require(answer.headers[.setCookie])
        return String(header.prefix { $0 != ";" }.drop { $0 != "=" }.dropFirst())
    }

    static func browser(_ cookie: String) -> HTTPFields {
        var headers: HTTPFields = [.cookie: "koda_operator_session=\(cookie)"]
        headers[.secFetchSite] = "same-origin"
        return headers
    }

    static func bearer(_ text: String) -> HTTPFields { [.authorization: "Bearer \(text)"] }

    @Test("From the printed code to an owner, sessions, tokens and a new password")
    func journey() async throws {
        try await withAccessServer { server in
            let (client, base) = (server.client, Self.base)
            let anonymous = try await client.send(.get, "\(base)/status").json()
            #expect(anonymous["has_owner"]?.boolValue == false)
            #expect(anonymous["authenticated"]?.boolValue == false)

            let code = try await server.access.control.issueSetupCode(by: .server, from: .local).text
            let wrong = try await client.send(.post, "\(base)/bootstrap/exchange", json: ["code": "AAAA-AAAA-AAAA"])
            #expect(wrong.code == "auth.setup_code_invalid")
            let exchange = try await client.send(.post, "\(base)/bootstrap/exchange", json: ["code": .string(code)])
            let registration = try #require(try exchange.json()["registration_token"]?.stringValue)

            var body: JSONObject = [
                "email": "ada@example.com", "password": "short", "registration_token": .string(registration),
            ]
            let short = try await client.send(.post, "\(base)/register-owner", json: .object(body))
            #expect(short.code == "auth.password_rejected")
            body["password"] = .string(AccessFixture.password)
            let registered = try await client.send(.post, "\(base)/register-owner", json: .object(body))
            #expect(registered.status == 201)
            let first = try Self.cookie(registered)
            let codes = try #require(try registered.json()["recovery_codes"]?.arrayValue?.compactMap(\.stringValue))
            let again = try await client.send(.post, "\(base)/register-owner", json: .object(body))
            #expect(again.code == "auth.owner_exists")

            let status = try await client.send(.get, "\(base)/status", headers: Self.browser(first)).json()
            #expect(status["operator"]?["username"]?.stringValue == "ada")
            #expect(status["session"]?["is_current"]?.boolValue == true)
            #expect(status["scopes"]?.arrayValue?.count == 7)

            let login = try await client.send(
                .post,
                "\(base)/login",
                json: ["identifier": "ada", "password": .string(AccessFixture.password)]
            )
            #expect(login.status == 200)
            let second = try Self.cookie(login)
            #expect(second != first)
            let sessions = try await client.send(.get, "\(base)/sessions", headers: Self.bearer(second)).json()
            #expect(sessions["items"]?.arrayValue?.count == 2)

            let changed = try await client.send(
                .post,
                "\(base)/password/change",
                headers: Self.browser(second),
                json: ["current_password": .string(AccessFixture.password), "new_password": .string(Self.newPassword)]
            )
            #expect(changed.status == 204)
            let ended = try await client.send(.get, "\(base)/sessions", headers: Self.browser(first))
            #expect(ended.code == "auth.token_invalid")

            let recovered = try await client.send(
                .post,
                "\(base)/password/recover",
                json: [
                    "identifier": "ada@example.com", "recovery_code": .string(codes[0].lowercased()),
                    "new_password": .string(AccessFixture.password),
                ]
            )
            #expect(recovered.status == 204)
            #expect(try await client.send(.get, "\(base)/sessions", headers: Self.bearer(second)).status == 401)
        }
    }

    @Test("The cookie is out of reach of scripts, other sites and plain HTTP, and ends with its session")
    func cookie() async throws {
        try await withAccessServer { server in
            let code = try await server.access.control.issueSetupCode(by: .server, from: .local).text
            let answer = try await server.client.send(
                .post,
                "\(Self.base)/register-owner",
                json: [
                    "email": "ada@example.com", "password": .string(AccessFixture.password),
                    "setup_code": .string(code),
                ]
            )
            let header = try #require(answer.headers[.setCookie])
            let attributes = header.split(separator: "; ").dropFirst().map(String.init)
            #expect(attributes == ["Path=/", "HttpOnly", "SameSite=Strict", "Secure", "Max-Age=604800"])
            let cookie = try Self.cookie(answer)
            #expect(!answer.text.contains(cookie))
            let out = try await server.client.send(.post, "\(Self.base)/logout", headers: Self.browser(cookie))
            #expect(out.status == 204)
            #expect(out.headers[.setCookie]?.hasSuffix("Max-Age=0") == true)
            #expect(
                try await server.client.send(.get, "\(Self.base)/sessions", headers: Self.browser(cookie)).status == 401
            )
        }
    }

    @Test("An API token is shown once, listed without its text, and gone when it is revoked")
    func tokens() async throws {
        try await withAccessServer { server in
            let session = try await server.access.registerOwner().login.credential
            let (client, target) = (server.client, "\(Self.base)/tokens")
            let made = try await client.send(
                .post,
                target,
                headers: Self.bearer(session),
                json: ["name": "ci", "scopes": ["access:admin", "state:read"], "expires_in_days": 1]
            )
            #expect(made.status == 201)
            let text = try #require(try made.json()["token"]?.stringValue)
            let id = try #require(try made.json()["id"]?.stringValue)
            #expect(made.headers[.location] == "\(target)/\(id)")
            let list = try await client.send(.get, target, headers: Self.bearer(text))
            #expect(!list.text.contains(text))
            #expect(try list.json()["items"]?.arrayValue?.first?["last_used_at"] != nil)
            let wider = try await client.send(
                .post,
                target,
                headers: Self.bearer(text),
                json: ["name": "more", "scopes": ["state:read", "secrets:read"]]
            )
            #expect(wider.code == "auth.insufficient_scope")
            #expect(try wider.json()["details"]?["required_scopes"]?.arrayValue == ["secrets:read"])
            #expect(try await client.send(.delete, "\(target)/\(id)", headers: Self.bearer(text)).status == 204)
            #expect(try await client.send(.get, target, headers: Self.bearer(text)).code == "auth.token_invalid")
            #expect(try await client.send(.delete, "\(target)/\(id)", headers: Self.bearer(session)).status == 404)
            for days in ["0", "366", "1.5"] {
                let body = "{\"name\": \"ci\", \"expires_in_days\": \(days)}"
                #expect(try await client.send(.post, target, headers: Self.bearer(session), body: body).status == 422)
            }
        }
    }

    @Test("Lists go page by page, whatever is added meanwhile", arguments: ["tokens", "audit"])
    func pages(_ list: String) async throws {
        try await withAccessServer { server in
            let session = Self.bearer(try await server.access.registerOwner().login.credential)
            for number in 0..<5 {
                let body: JSONValue = ["name": .string("token \(number)")]
                try await server.client.send(.post, "\(Self.base)/tokens", headers: session, json: body)
            }
            var seen: [String] = []
            var next: String? = ""
            while let cursor = next {
                let query = cursor.isEmpty ? "" : "&cursor=\(cursor)"
                let page = try await server.client.send(.get, "\(Self.base)/\(list)?limit=2\(query)", headers: session)
                let items = try page.json()["items"]?.arrayValue ?? []
                seen += items.map { $0["id"]?.stringValue ?? $0["sequence"]?.description ?? "" }
                next = try page.json()["next_cursor"]?.stringValue
                if seen.count == 2 {
                    let body: JSONValue = ["name": "meanwhile"]
                    server.clock.advance(by: 1)
                    try await server.client.send(.post, "\(Self.base)/tokens", headers: session, json: body)
                }
            }
            #expect(Set(seen).count == seen.count)
            #expect(seen.count == (list == "tokens" ? 5 : 7))
            let bad = try await server.client.send(.get, "\(Self.base)/\(list)?cursor=x", headers: session)
            #expect(bad.code == "request.invalid_cursor")
        }
    }

    @Test("The audit log tells what happened, with the commit that a break-glass write made")
    func audit() async throws {
        try await withAccessServer { server in
            try await server.access.registerOwner()
            let glass = Self.bearer(AccessFixture.breakGlass)
            var headers = glass
            headers[.requestID] = "made-by-hand"
            let made = try await server.client.send(
                .post,
                "/api/control-plane/agents",
                headers: headers,
                json: ["id": "atlas", "display_name": "Atlas"]
            )
            #expect(made.status == 201)
            let revision = try #require(made.headers[.stateRevision])
            let empty = try await server.client.send(
                .patch,
                "/api/control-plane/agents/atlas",
                headers: glass,
                json: ["display_name": "Atlas"]
            )
            #expect(empty.status == 200)
            for _ in 0..<3 { try await server.client.send(.get, "/api/control-plane/agents", headers: glass) }
            try await server.access.control.flush()
            let log = try await server.client.send(.get, "\(Self.base)/audit", headers: glass).json()
            let entries = log["items"]?.arrayValue ?? []
            let events = entries.compactMap { $0["event"]?.stringValue }
            #expect(
                events == [
                    "auth.break_glass", "auth.break_glass", "auth.break_glass", "auth.break_glass",
                    "auth.owner_registered", "auth.setup_code_issued",
                ]
            )
            // The write that changed nothing made no commit.
            let uses = entries.prefix(4).map { $0["details"]?["use"]?.stringValue }
            #expect(uses == ["read", "write", "commit", "write"])
            #expect(entries[0]["details"]?["count"]?.intValue == 3)
            #expect(entries[2]["revision"]?.stringValue == revision)
            #expect(entries[2]["details"]?["request_id"]?.stringValue == "made-by-hand")
            #expect(entries[3]["details"]?["operation"]?.stringValue == "createAgent")
            let message = try server.git.run("log", "-1", "--format=%B", revision)
            #expect(message.contains("Request-Id: made-by-hand"))
            let none = try await server.client.send(
                .get,
                "\(Self.base)/audit?event=x&since=2020-01-01T00:00:00Z",
                headers: glass
            )
            #expect(try none.json()["items"]?.arrayValue?.isEmpty == true)
            #expect(try await server.client.send(.get, "\(Self.base)/audit?since=x", headers: glass).status == 400)
        }
    }

    @Test("Recovery codes are counted, and replaced for who knows the password")
    func recoveryCodes() async throws {
        try await withAccessServer { server in
            let session = Self.bearer(try await server.access.registerOwner().login.credential)
            let count = try await server.client.send(.get, "\(Self.base)/recovery-codes", headers: session).json()
            #expect(count["remaining"]?.intValue == 10)
            let target = "\(Self.base)/recovery-codes/regenerate"
            let wrong = try await server.client.send(.post, target, headers: session, json: ["current_password": "x"])
            #expect(wrong.code == "auth.invalid_credentials")
            let body: JSONValue = ["current_password": .string(AccessFixture.password)]
            let made = try await server.client.send(.post, target, headers: session, json: body)
            #expect(made.status == 201)
            #expect(try made.json()["recovery_codes"]?.arrayValue?.count == 10)
        }
    }
}
