import Concurrency
import Dispatch
import Testing

@testable import Access

@Suite("The queue for password hashes", .timeLimit(.minutes(15)))
struct PasswordHasherTests {
    /// One in whose only thread nothing happens before `end`.
    private func hasher(patience: Duration, until end: DispatchSemaphore) -> PasswordHasher {
        let first = WorkThread(label: "busy", standing: .asOthers)
        first.run { end.wait() }
        return PasswordHasher(
            cost: ScryptCost(logN: 4),
            limits: ScryptLimits(logN: 4...18),
            random: .system,
            worker: ScryptWorker(first: first, patience: .seconds(600)),
            patience: patience
        )
    }

    @Test("sends away who has waited for too long, whoever it is, and serves the others", arguments: [true, false])
    func expiry(isOver: Bool) async throws {
        let end = DispatchSemaphore(value: 0)
        let hasher = hasher(patience: isOver ? .zero : .seconds(600), until: end)
        async let first = hasher.hash("password 0", for: .stranger)
        while hasher.count == 0 { await Task.yield() }
        let refusals = try await withThrowingTaskGroup(of: AccessRefusal.Code?.self) { group in
            for (number, caller) in [PasswordHasher.Caller.known, .stranger, .stranger].enumerated() {
                group.addTask {
                    do {
                        _ = try await hasher.hash("password \(number + 1)", for: caller)
                        return nil
                    } catch let refusal as AccessRefusal {
                        return refusal.code
                    }
                }
            }
            while hasher.waitingCount < 3 { await Task.yield() }
            end.signal()
            return try await group.reduce(into: []) { $0.append($1) }
        }
        _ = try await first
        #expect(refusals == Array(repeating: isOver ? .rateLimited : nil, count: 3))
        #expect(hasher.waitingCount == 0)
        _ = try await hasher.hash("password 4")
    }
}
