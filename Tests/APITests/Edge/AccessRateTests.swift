import API
import Access
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Rates of access")
struct AccessRateTests {
    private func withServer(
        _ rates: [RateLimitBucket: Rate],
        _ body: @escaping @Sendable (AccessServer) async throws -> Void
    ) async throws {
        let limiter = RateLimiter(.usual(overriding: rates)) { .zero }
        try await withAccessServer(edge: EdgeRules(limiter: limiter), body)
    }

    @Test(
        "That git asks first without a credential counts as anonymous, and is answered with what git waits for in any case"
    )
    func gitProbes() async throws {
        try await withServer([.anonymous: Rate(count: 1, seconds: 60)]) { (server: AccessServer) async throws in
            let probe = "/git/state.git/info/refs?service=git-upload-pack"
            for _ in 0..<5 { #expect(try await server.client.send(.get, probe).status == 401) }
            #expect(try await server.client.send(.get, "/api/control-plane/agents").status == 429)
        }
    }

    @Test("Only a registration that could have guessed a code is counted")
    func registration() async throws {
        try await withServer([.register: Rate(count: 1, seconds: 3_600)]) { (server: AccessServer) async throws in
            let code = try await server.access.control.issueSetupCode(by: .server, from: .local).text
            func register(_ password: String, _ code: String) async throws -> String? {
                let body: JSONValue = [
                    "email": "ada@example.com", "password": .string(password), "setup_code": .string(code),
                ]
                let target = "/api/control-plane/auth/register-owner"
                return try await server.client.send(.post, target, json: body).code
            }
            let malformed = try await server.client.send(
                .post,
                "/api/control-plane/auth/register-owner",
                json: ["email": "ada@example.com"]
            )
            #expect(malformed.code == "request.invalid")
            #expect(try await register("1q2w3e4r5t6y", code) == "auth.password_rejected")
            #expect(try await register(AccessFixture.password, "AAAA-AAAA-AAAA") == "auth.setup_code_invalid")
            #expect(try await register(AccessFixture.password, code) == "rate_limit.exceeded")
        }
    }

    @Test("Unsealing what is not sealed tries no passphrase, and is answered also when none may be tried any more")
    func unseal() async throws {
        try await withServer([.password: Rate(count: 1, seconds: 3_600)]) { (server: AccessServer) async throws in
            let headers: HTTPFields = [.authorization: "Bearer \(AccessFixture.breakGlass)"]
            let change: JSONValue = ["current_password": "not the password", "new_password": "a long enough one"]
            let path = "/api/control-plane/auth/password/change"
            var codes: [String?] = []
            for _ in 0..<2 {
                codes.append(try await server.client.send(.post, path, headers: headers, json: change).code)
            }
            #expect(codes.last == "rate_limit.exceeded", "\(codes)")
            for _ in 0..<3 {
                let answer = try await server.client.send(
                    .post,
                    "/api/control-plane/secrets/unseal",
                    headers: headers,
                    json: ["passphrase": "whatever it is"]
                )
                #expect(try answer.status == 200 && answer.json()["status"] == "open")
            }
        }
    }

    @Test("Whoever has one credential of the owner has the rate of one, however many more it makes")
    func codes() async throws {
        try await withServer([.codes: Rate(count: 2, seconds: 3_600)]) { (server: AccessServer) async throws in
            let session = try await server.access.registerOwner().login.credential
            let base = "/api/control-plane/auth"
            func send(_ target: String, _ credential: String, _ body: JSONValue) async throws -> ContractClient.Answer {
                let headers: HTTPFields = [.authorization: "Bearer \(credential)"]
                return try await server.client.send(.post, "\(base)/\(target)", headers: headers, json: body)
            }
            var statuses: [Int] = []
            for number in 0..<3 {
                let request: JSONValue = ["name": .string("t\(number)"), "scopes": ["access:admin"]]
                let token = try await send("tokens", session, request).json()["token"]?.stringValue
                let guess: JSONValue = ["current_password": .string("not the password \(number)")]
                let answer = try await send("recovery-codes/regenerate", try #require(token), guess)
                statuses.append(answer.status)
            }
            #expect(statuses == [401, 401, 429])
            let numbers: JSONValue = ["recovery_code": 99_887_766, "new_password": 111_222_333]
            let refused = try await send("password/recover", session, numbers)
            #expect(refused.code == "request.invalid" && !refused.text.contains("99887766"))
            #expect(!refused.text.contains("111222333"))
        }
    }
}
