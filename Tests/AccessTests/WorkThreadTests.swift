import Concurrency
import Foundation
import Glibc
import Synchronization
import Testing

@Suite("A thread for work that computes long")
struct WorkThreadTests {
    /// What a thread is: its folder in /proc, its niceness, its policy.
    private struct Seen: Sendable, Equatable {
        let thread = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
        let niceness = getpriority(Int32(PRIO_PROCESS.rawValue), 0)
        let policy = sched_getscheduler(0)
    }

    private func look(_ thread: WorkThread) async -> Seen {
        await withCheckedContinuation { continuation in thread.run { continuation.resume(returning: Seen()) } }
    }

    @Test("stands behind others, and nobody else with it")
    func standing() async {
        let before = Seen()
        let seen = await look(WorkThread(label: "worker", standing: .behindOthers))
        #expect(seen.niceness == min(before.niceness + WorkThread.niceness, 19))
        #expect(seen.policy == WorkThread.batch)
        #expect(await look(WorkThread(label: "worker", standing: .asOthers)).niceness == before.niceness)
        #expect(Seen().niceness == before.niceness)
    }

    @Test("does its work in order, always on the same thread")
    func order() async {
        let worker = WorkThread(label: "worker", standing: .asOthers)
        let first = await look(worker)
        let seen = Numbers()
        for number in 0..<1_000 { worker.run { seen.add(number) } }
        #expect(await look(worker) == first)
        #expect(seen.all == Array(0..<1_000))
    }

    @Test("ends when nobody can give it work any more")
    func end() async throws {
        let thread = try #require(await look(WorkThread(label: "worker", standing: .behindOthers)).thread)
        let deadline = ContinuousClock.now + .seconds(30)
        while FileManager.default.fileExists(atPath: "/proc/\(thread)"), ContinuousClock.now < deadline {
            await Task.yield()
        }
        #expect(!FileManager.default.fileExists(atPath: "/proc/\(thread)"))
    }

    private final class Numbers: Sendable {
        private let state = Mutex<[Int]>([])
        var all: [Int] { state.withLock { $0 } }
        func add(_ number: Int) { state.withLock { $0.append(number) } }
    }
}
