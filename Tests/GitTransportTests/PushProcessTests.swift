import GitTransport
import StateRepo
import TestSupport
import Testing

@Suite("The process of a push")
struct PushProcessTests {
    @Test("is known while the hook waits, and its end is noticed")
    func ends() async throws {
        try await withGateScenario { scenario in
            let clone = try scenario.fixture.clone("ada")
            try clone.commit("empty")
            let (processes, signal) = AsyncStream<PushProcess?>.makeStream()
            try await whileListening(on: scenario.socketPath) { _, _, process in
                signal.yield(process)
                return GateReply(GateAnswer(isAccepted: true, lines: []))
            } body: {
                #expect(try await scenario.push(from: clone, "origin", "HEAD:main").isAccepted)
                signal.finish()
                for await process in processes { try await #require(process).waitUntilEnd() }
            }
        }
    }

    @Test("of a question that no git asks is unknown, and what was decided is concluded all the same")
    func unknown() async throws {
        try await withGateScenario { scenario in
            let (concluded, signal) = AsyncStream<Bool>.makeStream()
            try await whileListening(on: scenario.socketPath) { _, _, process in
                GateReply(GateAnswer(isAccepted: true, lines: [])) { _ = signal.yield(process == nil) }
            } body: {
                let update = RefUpdate(ref: "refs/heads/main", old: nil, new: nil)
                let push = PushProposal(updates: [update], quarantine: nil)
                let answer = try await GateClient(socketPath: scenario.socketPath).ask(push)
                #expect(answer.isAccepted)
                for await isUnknown in concluded {
                    #expect(isUnknown)
                    break
                }
            }
        }
    }
}
