import Foundation
import NIOPosix
import Providers
import TestSupport
import Testing

@Suite("A request to a vendor over a socket", .timeLimit(.minutes(15)))
struct LoopbackTests {
    private static let models = #"{"models":[{"name":"gemma3:latest"}]}"#

    private func verifier(
        _ clock: any Clock<Duration> = ContinuousClock(),
        slots: VerificationSlots = VerificationSlots()
    )
        throws -> Verifier
    {
        let allowed = [try #require(EgressRange("127.0.0.0/8"))]
        let egress = Egress(
            policy: AddressPolicy(allowed: allowed),
            resolver: FakeResolver(["vendor.example": [["127.0.0.1"]]]),
            connector: PinnedConnector(eventLoops: MultiThreadedEventLoopGroup.singleton)
        )
        return Verifier(egress: egress, slots: slots, clock: clock)
    }

    private func ollama(_ port: Int, host: String = "127.0.0.1") throws -> ConnectionValues {
        try Entry.values(
            "ollama",
            "api_key",
            plain: ["OLLAMA_BASE_URL": "http://\(host):\(port)"],
            secrets: ["OLLAMA_API_KEY": "k-1"]
        )
    }

    @Test(
        "reaches the address that was checked, by the name that was asked for",
        arguments: ["127.0.0.1", "vendor.example", "localhost"]
    )
    func pinned(host: String) async throws {
        try await FakeProvider.run { _ in
            .status(200, Self.models)
        } _: { provider, port in
            let proof = try await verifier().verify(ollama(port, host: host))
            #expect(proof.models == ["gemma3:latest"])
            #expect(proof.httpStatus == 200)
            let received = try #require(provider.received.first)
            #expect(received.target == "/api/tags")
            #expect(received.headers["authorization"] == "Bearer k-1")
            #expect(received.headers["user-agent"] == "gitplane")
        }
    }

    @Test(
        "is told as it went",
        arguments: [
            (401, VerificationError.Reason.rejected), (403, .rejected), (500, .unexpectedAnswer),
            (429, .unexpectedAnswer), (302, .redirected),
        ]
    )
    func statuses(status: Int, expected: VerificationError.Reason) async throws {
        try await FakeProvider.run { _ in
            .status(status, "{}", headers: ["location": "http://127.0.0.1:1/"])
        } _: { provider, port in
            let outcome = try await reason { _ = try await verifier().verify(ollama(port)) }
            #expect(outcome == expected)
            #expect(provider.received.count == 1)
        }
    }

    @Test("reads no more than its share of an answer")
    func size() async throws {
        for (count, expected) in [
            (OutgoingAnswer.maximumBody, VerificationError.Reason.unexpectedAnswer), (10 << 20, .answerTooLarge),
            (OutgoingAnswer.maximumBody + 1, .answerTooLarge),
        ] {
            try await FakeProvider.run { _ in
                .bytes(count)
            } _: { _, port in
                let outcome = try await reason { _ = try await verifier().verify(ollama(port)) }
                #expect(outcome == expected)
            }
        }
    }

    @Test("says when nobody listens")
    func refused() async throws {
        let port = try await FakeProvider.run { _ in
            .status(200)
        } _: { _, port in
            port
        }
        #expect(try await reason { _ = try await verifier().verify(ollama(port)) } == .connectionFailed)
    }

    @Test("ends in time when the vendor drips or says nothing", arguments: [FakeProvider.Answer.drip, .silence])
    func deadline(answer: FakeProvider.Answer) async throws {
        try await FakeProvider.run { _ in
            answer
        } _: { provider, port in
            let clock = TestClock()
            async let outcome = reason { _ = try await verifier(clock).verify(ollama(port)) }
            try await until { clock.sleeperCount == 1 && provider.received.count == 1 }
            clock.advance(by: Verifier.maximumDuration)
            #expect(try await outcome == .timeout)
        }
    }

    @Test("waits its turn within its time, and is sent away when too many wait")
    func slots() async throws {
        try await FakeProvider.run { _ in
            .silence
        } _: { provider, port in
            let (clock, slots) = (TestClock(), VerificationSlots(running: 1, waiting: 1))
            let verifier = try verifier(clock, slots: slots)
            let values = try ollama(port)
            async let running = reason { _ = try await verifier.verify(values) }
            try await until { provider.received.count == 1 }
            async let waiting = reason { _ = try await verifier.verify(values) }
            try await until { slots.waitingCount == 1 }
            #expect(try await reason { _ = try await verifier.verify(values) } == .busy)
            try await until { clock.sleeperCount == 2 }
            clock.advance(by: Verifier.maximumDuration)
            #expect(try await running == .timeout)
            #expect(try await waiting == .timeout)
            #expect(provider.received.count == 1)
        }
    }

    @Test("asks the system for the addresses of a host")
    func system() async throws {
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        let resolver = SystemResolver(threads: threads)
        #expect(try await resolver.addresses(of: "127.0.0.1") == [try #require(EndpointAddress("127.0.0.1"))])
        #expect(try await resolver.addresses(of: "host.invalid").isEmpty)
        try await threads.shutdownGracefully()
    }
}
