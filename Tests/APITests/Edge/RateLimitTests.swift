import API
import Access
import Foundation
import HTTPTypes
import HummingbirdTesting
import TestSupport
import Testing

@Suite("Rates over HTTP")
struct RateLimitTests {
    private let clock = ManualClock()

    /// Small rates, and loopback as a trusted proxy, so that a test can be many clients.
    private func withServer(
        _ rates: [RateLimitBucket: Rate],
        _ body: @escaping @Sendable (ContractClient) async throws -> Void
    ) async throws {
        let limiter = RateLimiter(.usual(overriding: rates)) { [clock] in .seconds(clock.now.timeIntervalSince1970) }
        let edge = EdgeRules(proxies: TrustedProxies(AddressRange.loopback), limiter: limiter)
        try await FakeServer.application(edge: edge).withContractClient(try FakeServer.contract(), .live, body)
    }

    private func from(_ address: String, _ token: String? = nil) -> HTTPFields {
        var headers = HTTPFields()
        if let name = HTTPField.Name("X-Forwarded-For") { headers[name] = address }
        if let token { headers[.authorization] = "Bearer \(token)" }
        return headers
    }

    private func field(_ name: String, of answer: ContractClient.Answer) -> String? {
        HTTPField.Name(name).flatMap { answer.headers[$0] }
    }

    @Test("Requests without a credential are counted by address, whatever they ask for, and 429 says when to come back")
    func anonymous() async throws {
        try await withServer([.anonymous: Rate(count: 3, seconds: 60)]) { client in
            let targets = [("/api/items", 401), ("/nothing", 404), ("/api/items/validate/x", 404), ("/api/items", 429)]
            for (target, status) in targets {
                #expect(try await client.send(.get, target, headers: from("192.0.2.1")).status == status)
            }
            let refused = try await client.send(.get, "/api/items", headers: from("192.0.2.1"))
            #expect(refused.code == "rate_limit.exceeded")
            #expect(refused.headers[.retryAfter] == "20")
            #expect(field("RateLimit-Policy", of: refused) == "\"anonymous\";q=3;w=60")
            #expect(field("RateLimit", of: refused) == "\"anonymous\";r=0;t=60")
            #expect(try await client.send(.get, "/api/items", headers: from("192.0.2.2")).status == 401)
            clock.advance(by: 20)
            #expect(try await client.send(.get, "/api/items", headers: from("192.0.2.1")).status == 401)
        }
    }

    @Test("All addresses of 64 bits of IPv6 are one client")
    func ipv6() async throws {
        try await withServer([.anonymous: Rate(count: 1, seconds: 60)]) { client in
            let statuses = try await ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"].asyncMap { address in
                try await client.send(.get, "/api/items", headers: from(address)).status
            }
            #expect(statuses == [401, 429, 401])
        }
    }

    @Test("A valid credential is served although its neighbours used up everything at the address")
    func neighbours() async throws {
        let rates = [
            RateLimitBucket.anonymous: Rate(count: 1, seconds: 60), .authentication: Rate(count: 1, seconds: 60),
        ]
        try await withServer(rates) { client in
            for _ in 0..<3 {
                try await client.send(.get, "/api/items", headers: from("192.0.2.1"))
                try await client.send(.get, "/api/items", headers: from("192.0.2.1", "wrong"))
            }
            #expect(try await client.send(.get, "/api/items", headers: from("192.0.2.1")).status == 429)
            let good = try await client.send(.get, "/api/items", headers: from("192.0.2.1", FakeServer.readerToken))
            #expect(good.status == 200)
            #expect(field("RateLimit", of: good) == "\"credential\";r=5999;t=1")
        }
    }

    @Test("A credential is counted by itself wherever it comes from, and another one at the address is not touched")
    func credential() async throws {
        try await withServer([.credential: Rate(count: 2, seconds: 60)]) { client in
            let reader = FakeServer.readerToken
            for (address, status) in [("192.0.2.1", 200), ("192.0.2.2", 200), ("192.0.2.3", 429)] {
                let answer = try await client.send(.get, "/api/items", headers: from(address, reader))
                #expect(answer.status == status)
            }
            let owner = from("192.0.2.1", FakeServer.ownerToken)
            #expect(try await client.send(.get, "/api/items", headers: owner).status == 200)
        }
    }

    @Test("Wrong credentials are 401 five times a minute and then 429; a request without one is no failure")
    func authentication() async throws {
        try await withServer([:]) { client in
            for _ in 0..<10 {
                #expect(try await client.send(.get, "/api/items", headers: from("192.0.2.1")).code == "auth.required")
            }
            for _ in 0..<5 {
                let answer = try await client.send(.get, "/api/items", headers: from("192.0.2.1", "wrong"))
                #expect(answer.code == "auth.token_invalid")
            }
            let answer = try await client.send(.get, "/api/items", headers: from("192.0.2.1", "wrong"))
            #expect(answer.code == "rate_limit.exceeded")
            #expect(answer.headers[.retryAfter] == "12")
        }
    }

    @Test(
        "Git's question without a credential is counted as anonymous, and gets the 401 that git waits for all the same"
    )
    func git() async throws {
        try await withServer([.anonymous: Rate(count: 2, seconds: 60)]) { client in
            for remaining in [1, 0, 0] {
                let answer = try await client.send(.get, "/git/refs", headers: from("192.0.2.1"))
                #expect(answer.code == "auth.required")
                #expect(field("RateLimit", of: answer)?.hasPrefix("\"anonymous\";r=\(remaining);") == true)
            }
            #expect(try await client.send(.get, "/api/items", headers: from("192.0.2.1")).status == 429)
            let good = try await client.send(.get, "/git/refs", headers: from("192.0.2.1", FakeServer.readerToken))
            #expect(good.status == 200)
        }
    }

    @Test("An operation with a rate of its own is counted by that besides")
    func ownRate() async throws {
        try await withServer([.register: Rate(count: 1, seconds: 3_600)]) { client in
            let first = try await client.send(.get, "/api/register", headers: from("192.0.2.1"))
            #expect(first.status == 200)
            let policy = "\"anonymous\";q=120;w=60, \"register\";q=1;w=3600"
            #expect(field("RateLimit-Policy", of: first) == policy)
            #expect(try await client.send(.get, "/api/register", headers: from("192.0.2.1")).status == 429)
            #expect(try await client.send(.get, "/api/items", headers: from("192.0.2.1")).status == 401)
            #expect(try await client.send(.get, "/api/register", headers: from("192.0.2.2")).status == 200)
        }
    }

    @Test("Health is not counted and says nothing of rates")
    func health() async throws {
        try await withServer([.anonymous: Rate(count: 1, seconds: 60)]) { client in
            for _ in 0..<5 {
                let answer = try await client.send(.get, "/healthz", headers: from("192.0.2.1"))
                #expect(answer.status == 200)
                #expect(field("RateLimit", of: answer) == nil)
            }
        }
    }

    @Test("What a client says about forwarding is believed from trusted proxies only")
    func spoofing() async throws {
        let limiter = RateLimiter(.usual(overriding: [.anonymous: Rate(count: 1, seconds: 60)]))
        let application = try FakeServer.application(edge: EdgeRules(limiter: limiter))
        try await application.withContractClient(try FakeServer.contract(), .live) { client in
            let first = try await client.send(.get, "/api/items", headers: from("192.0.2.1"))
            #expect(first.status == 401)
            #expect(try await client.send(.get, "/api/items", headers: from("192.0.2.2")).status == 429)
        }
    }

    @Test("A handler counts by the account that a request names, at each address apart")
    func account() throws {
        let limiter = RateLimiter()
        let here = RequestClient(address: IPAddress("192.0.2.1"), limiter: limiter)
        for _ in 0..<5 { try here.charge(.login, account: "ada") }
        #expect(throws: ProblemError.self) { try here.charge(.login, account: "ada") }
        try here.charge(.login, account: "bob")
        try RequestClient(address: IPAddress("192.0.2.2"), limiter: limiter).charge(.login, account: "ada")
    }

    @Test("Only a way that is encrypted is told to stay so")
    func strictTransport() async throws {
        try await withServer([:]) { client in
            var headers = from("192.0.2.1")
            #expect(try await client.send(.get, "/healthz", headers: headers).headers[.strictTransportSecurity] == nil)
            if let name = HTTPField.Name("X-Forwarded-Proto") { headers[name] = "https" }
            let answer = try await client.send(.get, "/healthz", headers: headers)
            #expect(answer.headers[.strictTransportSecurity] == "max-age=31536000")
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
