import API
import Access
import Crypto
import Documents
import Foundation
import HTTPTypes
import Logging
import StateRepo
import Synchronization
import TestSupport
import Testing

@Suite("Idempotency keys")
struct IdempotencyGateTests {
    private let memory = IdempotencyMemory()

    private func withServer(
        _ handlers: [String: OperationHandler],
        _ body: @escaping @Sendable (ContractClient) async throws -> Void
    ) async throws {
        let gate = IdempotencyGate(
            key: SymmetricKey(data: Array(repeating: 1 as UInt8, count: 32)),
            store: memory,
            isOnMain: { _ in false },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        let application = try FakeServer.application(overriding: handlers, idempotency: gate)
        try await application.withContractClient(try FakeServer.contract(), token: FakeServer.ownerToken, body)
    }

    private static func key(_ text: String = "one", _ token: String? = nil) -> HTTPFields {
        var headers = HTTPFields()
        if let name = HTTPField.Name("Idempotency-Key") { headers[name] = text }
        if let token { headers[.authorization] = "Bearer \(token)" }
        return headers
    }

    /// Opens once, for whoever waits.
    private final class Latch: Sendable {
        private let stream: AsyncStream<Void>
        private let continuation: AsyncStream<Void>.Continuation

        init() { (stream, continuation) = AsyncStream.makeStream() }

        func open() { continuation.finish() }
        func wait() async { for await _ in stream {} }
    }

    @Test("While the first request runs, the same one is 409, another one 422, and another key is served")
    func inProgress() async throws {
        let (started, release) = (Latch(), Latch())
        let calls = Mutex(0)
        let slow: OperationHandler = { request in
            let isFirst = calls.withLock { calls in
                calls += 1
                return calls == 1
            }
            if isFirst {
                started.open()
                await release.wait()
            }
            return try await FakeServer.echo(request)
        }
        try await withServer(["createItem": slow]) { client in
            async let first = client.send(.post, "/api/items", headers: Self.key(), body: #"{"name": "a"}"#)
            await started.wait()
            let same = try await client.send(.post, "/api/items", headers: Self.key(), body: #"{"name": "a"}"#)
            #expect(same.code == "idempotency.in_progress")
            let other = try await client.send(.post, "/api/items", headers: Self.key(), body: #"{"name": "b"}"#)
            #expect(other.code == "idempotency.key_reused")
            let apart = try await client.send(.post, "/api/items", headers: Self.key("two"), body: #"{"name": "a"}"#)
            #expect(apart.status == 200)
            release.open()
            #expect(try await first.status == 200)
            let after = try await client.send(.post, "/api/items", headers: Self.key(), body: #"{"name": "a"}"#)
            #expect(after.status == 200)
        }
        #expect(calls.withLock { $0 } == 2)
    }

    @Test("Of many of the same request at once one happens")
    func concurrent() async throws {
        let calls = Mutex(0)
        let counting: OperationHandler = { request in
            calls.withLock { $0 += 1 }
            await Task.yield()
            return try await FakeServer.echo(request)
        }
        try await withServer(["createItem": counting]) { client in
            let codes = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<32 {
                    group.addTask {
                        try await client.send(.post, "/api/items", headers: Self.key(), body: #"{"name": "a"}"#).code
                    }
                }
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(codes.isSubset(of: [nil, "idempotency.in_progress"]))
        }
        #expect(calls.withLock { $0 } == 1)
    }

    @Test("A secret that is shown once is shown again to the credential that asked, and to nobody else")
    func sealed() async throws {
        let secret: OperationHandler = { _ in
            OperationResponse(
                .ok,
                headers: [.location: "/api/secrets/s1", .setCookie: "session=kpat_cookie; Path=/"],
                .json(["token": "kpat_visible-once"])
            )
        }
        try await withServer(["createSecret": secret]) { client in
            let first = try await client.send(.post, "/api/secrets", headers: Self.key())
            let again = try await client.send(.post, "/api/secrets", headers: Self.key())
            #expect(again.text == first.text)
            #expect(again.headers[.setCookie] == first.headers[.setCookie])
            #expect(again.headers[.contentType] == first.headers[.contentType])
            let other = try await client.send(.post, "/api/secrets", headers: Self.key("one", FakeServer.otherToken))
            #expect(other.code == "idempotency.sealed")
            #expect(try other.json()["details"] == ["id": "s1"])
        }
        let kept = try #require(memory.all.first)
        guard case .sealed(let bytes) = kept.body else {
            Issue.record("the answer is kept open")
            return
        }
        #expect(!String(decoding: bytes, as: UTF8.self).contains("kpat_"))
        #expect(kept.headers.map(\.name) == ["Location"])
    }

    @Test("A handler that fails leaves its key as new")
    func failure() async throws {
        let calls = Mutex(0)
        let failing: OperationHandler = { request in
            let isFirst = calls.withLock { calls in
                calls += 1
                return calls == 1
            }
            if isFirst { throw StateError(.unavailable, "not now") }
            return try await FakeServer.echo(request)
        }
        try await withServer(["createItem": failing]) { client in
            let first = try await client.send(.post, "/api/items", headers: Self.key(), body: #"{"name": "a"}"#)
            #expect(first.status == 503)
            let second = try await client.send(.post, "/api/items", headers: Self.key(), body: #"{"name": "a"}"#)
            #expect(second.status == 200)
        }
    }

    @Test("A record that a handler writes with its effect is not written again")
    func record() async throws {
        let records = Mutex<[IdempotencyRecord?]>([])
        let recording: OperationHandler = { request in
            let answer = OperationResponse(.ok, .json(["id": "s1"]))
            let record = try request.idempotency?.recordWithEffect(of: answer)
            records.withLock { $0.append(record) }
            return answer
        }
        try await withServer(["createSecret": recording]) { client in
            try await client.send(.post, "/api/secrets", headers: Self.key())
            try await client.send(.post, "/api/secrets")
        }
        let made = records.withLock { $0 }
        #expect(made.count == 2)
        #expect(made.first??.status == 200)
        #expect(memory.all.isEmpty)
        #expect(made.last == .some(nil))
    }

    @Test("A key that is empty, or has blanks or characters beyond ASCII, is 400", arguments: ["", "a b", "a,\u{E9}"])
    func malformed(_ key: String) async throws {
        try await withServer([:]) { client in
            let answer = try await client.send(.post, "/api/items", headers: Self.key(key), body: #"{"name": "a"}"#)
            #expect(answer.code == "request.invalid_parameter")
        }
    }
}
