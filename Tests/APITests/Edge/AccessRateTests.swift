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

    @Test("That git asks first without a credential uses up nothing")
    func gitProbes() async throws {
        try await withServer([.anonymous: Rate(count: 1, seconds: 60)]) { (server: AccessServer) async throws in
            let probe = "/git/state.git/info/refs?service=git-upload-pack"
            for _ in 0..<5 { #expect(try await server.client.send(.get, probe).status == 401) }
            #expect(try await server.client.send(.get, "/api/control-plane/agents").status == 401)
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
}
