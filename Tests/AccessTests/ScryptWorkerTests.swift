import Concurrency
import Dispatch
import Testing

@testable import Access

@Suite("The threads that hash passwords")
struct ScryptWorkerTests {
    private static let cost = ScryptCost(logN: 4)
    private static let salt = [UInt8](repeating: 7, count: PasswordHash.saltLength)

    @Test("do without the first one when it gets no processor, and come to the same")
    func impatience() async throws {
        let expected = try await ScryptWorker().derive("password", salt: Self.salt, cost: Self.cost)
        let first = WorkThread(label: "busy", standing: .asOthers)
        let end = DispatchSemaphore(value: 0)
        first.run { end.wait() }
        let worker = ScryptWorker(first: first, patience: .milliseconds(1))
        for _ in 0..<3 {
            #expect(try await worker.derive("password", salt: Self.salt, cost: Self.cost) == expected)
        }
        end.signal()
        #expect(try await worker.derive("password", salt: Self.salt, cost: Self.cost) == expected)
    }

    @Test("give one answer each when both are at it")
    func race() async throws {
        let worker = ScryptWorker(patience: .zero)
        let expected = try await worker.derive("password 0", salt: Self.salt, cost: Self.cost)
        for number in 1..<200 {
            let hash = try await worker.derive("password \(number)", salt: Self.salt, cost: Self.cost)
            #expect(hash.count == PasswordHash.hashLength)
            #expect(hash != expected)
        }
        #expect(try await worker.derive("password 0", salt: Self.salt, cost: Self.cost) == expected)
    }
}
