import Documents
import Foundation
import TestSupport
import Testing

@Suite("A server that verifies connections")
struct VerificationTests {
    private static let codex = "providers/codex/connection"

    @Test("goes on reading while a hundred wait for a provider that never answers, and ends each of them in time")
    func silence() async throws {
        try await FakeProvider.run { _ in
            .silence
        } _: { provider, port in
            try await withTemporaryDirectory { directory in
                let server = try ServerProcess(
                    dataIn: directory.appending(path: "data"),
                    environment: ["GITPLANE_EGRESS_ALLOW": "127.0.0.0/8"]
                )
                let body = "{\"api_key\": \"k\", \"base_url\": \"http://127.0.0.1:\(port)\"}"
                #expect(try server.client.api("PUT", "\(Self.codex)/api-key", body: body).status == 200)
                let start = ContinuousClock.now
                let waiting = try (0..<100).map { _ in
                    Waiting(try server.client.begin("POST", "/api/control-plane/\(Self.codex)/verify"))
                }
                while provider.received.isEmpty { await Task.yield() }
                for _ in 0..<20 { #expect(try server.client.api("GET", "agents").status == 200) }
                // Other writes go on as well.
                try #expect(server.client.createAgent("atlas").status == 201)
                #expect(waiting.allSatisfy { !$0.hasAnswer })
                for verification in waiting {
                    let answer = try #require(try verification.answer())
                    #expect(try answer.status == 504 && answer.code() == "provider.timeout", "\(answer)")
                }
                // Ten seconds for each of them, whether it waited for its turn or for the provider.
                #expect(ContinuousClock.now - start < .seconds(20))
                #expect(try server.client.api("GET", Self.codex).status == 200)
                try server.stop()
            }
        }
    }

    @Test("asks the proxy that it is told of, for no host but those of its list, and shows its password nowhere")
    func proxy() async throws {
        try await FakeProxy.run(.status(407)) { proxy, port in
            try await withTemporaryDirectory { directory in
                let canary = "canary-\(UUID().uuidString)"
                let folder = directory.appending(path: "data")
                let server = try ServerProcess(
                    dataIn: folder,
                    arguments: ["--log-level", "trace"],
                    environment: [
                        "GITPLANE_EGRESS_PROXY": "http://user:\(canary)@127.0.0.1:\(port)",
                        "GITPLANE_EGRESS_PROXY_HOSTS": "*.one.example",
                    ]
                )
                func verify(_ base: String?) throws -> HTTPAnswer {
                    let address = base.map { ", \"base_url\": \"\($0)\"" } ?? ""
                    let body = "{\"api_key\": \"k\"\(address)}"
                    #expect(try server.client.api("PUT", "\(Self.codex)/api-key", body: body).status == 200)
                    return try server.client.api("POST", "\(Self.codex)/verify")
                }
                var answers = [try verify(nil), try verify("https://a.one.example:8443")]
                for answer in answers {
                    #expect(try answer.status == 502 && answer.code() == "provider.proxy_failed", "\(answer)")
                    #expect(try answer.json()["details"]?["http_status"] == 407)
                }
                #expect(
                    proxy.received.map(\.line) == [
                        "CONNECT api.openai.com:443 HTTP/1.1", "CONNECT a.one.example:8443 HTTP/1.1",
                    ]
                )
                for base in ["https://one.example", "https://two.example", "https://10.0.0.1"] {
                    let answer = try verify(base)
                    #expect(try answer.status == 422 && answer.code() == "provider.host_not_allowed", "\(answer)")
                    answers.append(answer)
                }
                #expect(proxy.received.count == 2)
                for page in ["state", "providers?include=verification", "auth/audit?limit=200"] {
                    answers.append(try server.client.api("GET", page))
                }
                #expect(!answers.contains { $0.text.contains(canary) })
                try server.stop()
                #expect(!server.errors.contains(canary))
                let refusal = try ServerProcess.refusal(
                    dataIn: folder,
                    environment: ["GITPLANE_EGRESS_PROXY": "https://user:\(canary)@127.0.0.1"]
                )
                #expect(refusal.ending == .exited(78) && refusal.errors.contains("GITPLANE_EGRESS_PROXY"))
                #expect(!refusal.errors.contains(canary))
            }
        }
    }
}

/// A request whose answer is read later.
private final class Waiting {
    private var pending: PendingAnswer?

    init(_ pending: consuming PendingAnswer) { self.pending = consume pending }

    /// Whether there is one already, or the connection has ended.
    var hasAnswer: Bool { pending?.begins(within: .zero) ?? true }

    /// `nil` when it was read already.
    func answer() throws -> HTTPAnswer? {
        guard let pending = pending.take() else { return nil }
        return try pending.answer()
    }
}
