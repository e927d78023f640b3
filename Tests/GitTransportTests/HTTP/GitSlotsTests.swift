import GitTransport
import TestSupport
import Testing

@Suite("The places for git processes", .timeLimit(.minutes(15)))
struct GitSlotsTests {
    /// More than any test lasts.
    private static let patience = Duration.seconds(86_400)

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
        let slots = GitSlots(running: 1, waiting: 8, patience: Self.patience)
        var held: GitSlots.Slot? = try await slots.take()
        let (order, notes) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for number in 0..<8 {
                tasks.addTask {
                    let slot = try await slots.take()
                    notes.yield(number)
                    withExtendedLifetime(slot) {}
                }
                try await until { slots.waitingCount == number + 1 }
            }
            withExtendedLifetime(held) {}
            held = nil
            try await tasks.waitForAll()
        }
        notes.finish()
        #expect(await order.reduce(into: []) { $0.append($1) } == Array(0..<8))
        #expect(slots.waitingCount == 0)
    }

    @Test("are not waited for by more than may wait")
    func queue() async throws {
        let slots = GitSlots(running: 1, waiting: 1, patience: Self.patience)
        let held = try await slots.take()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { _ = try await slots.take() }
            try await until { slots.waitingCount == 1 }
            await #expect { try await slots.take() } throws: { ($0 as? GitServiceError)?.code == .busy }
            tasks.cancelAll()
            await #expect(throws: CancellationError.self) { try await tasks.waitForAll() }
        }
        withExtendedLifetime(held) {}
    }

    @Test("are not waited for longer than patience lasts")
    func patience() async throws {
        let slots = GitSlots(running: 1, waiting: 8, patience: .milliseconds(1))
        let held = try await slots.take()
        await #expect { try await slots.take() } throws: { ($0 as? GitServiceError)?.code == .busy }
        #expect(slots.waitingCount == 0)
        withExtendedLifetime(held) {}
    }

    @Test("are not lost when who waits is cancelled in the moment in which one becomes free")
    func cancellation() async throws {
        let slots = GitSlots(running: 1, waiting: 8, patience: Self.patience)
        for _ in 0..<100 {
            var held: GitSlots.Slot? = try await slots.take()
            await withTaskGroup(of: Void.self) { tasks in
                for _ in 0..<2 {
                    tasks.addTask {
                        do { _ = try await slots.take() } catch { #expect(error is CancellationError) }
                    }
                }
                await Task.yield()
                tasks.addTask { [held] in withExtendedLifetime(held) {} }
                held = nil
                tasks.cancelAll()
            }
            // With one that was lost this would wait for ever.
            _ = try await slots.take()
            #expect(slots.waitingCount == 0)
        }
    }
}
