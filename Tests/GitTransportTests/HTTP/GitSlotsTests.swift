import GitTransport
import Testing

@Suite("The places for git processes", .timeLimit(.minutes(1)))
struct GitSlotsTests {
    @Test("are as many as there are, and come back when they are let go")
    func counting() async throws {
        let slots = GitSlots(running: 2, waiting: 0)
        let first = try await slots.take()
        var second: GitSlots.Slot? = try await slots.take()
        await #expect { try await slots.take() } throws: { ($0 as? GitServiceError)?.code == .busy }
        withExtendedLifetime(second) {}
        second = nil
        _ = try await slots.take()
        withExtendedLifetime(first) {}
    }

    @Test("are waited for in turn")
    func waiting() async throws {
        let slots = GitSlots(running: 1, waiting: 8)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<8 {
                tasks.addTask {
                    let slot = try await slots.take()
                    await Task.yield()
                    withExtendedLifetime(slot) {}
                }
            }
            try await tasks.waitForAll()
        }
    }

    @Test("are not waited for longer than patience lasts")
    func patience() async throws {
        let slots = GitSlots(running: 1, waiting: 8, patience: .milliseconds(1))
        let held = try await slots.take()
        await #expect { try await slots.take() } throws: { ($0 as? GitServiceError)?.code == .busy }
        withExtendedLifetime(held) {}
    }

    @Test("are not lost when who waits is cancelled")
    func cancellation() async throws {
        let slots = GitSlots(running: 1, waiting: 8)
        var held: GitSlots.Slot? = try await slots.take()
        await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { _ = try await slots.take() }
            tasks.cancelAll()
            await #expect(throws: (any Error).self) { try await tasks.waitForAll() }
        }
        withExtendedLifetime(held) {}
        held = nil
        _ = try await slots.take()
    }
}
