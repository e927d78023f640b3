import Documents
import Foundation
import LocalStore
import Reconciler
import StateRepo
import Synchronization
import TestSupport
import Testing

@Suite("A push that was let through")
struct PushHoldTests {
    @Test("keeps writes back until it has moved main, and dry runs and reads never")
    func holdsWrites() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            let old = try scenario.head()
            let tip = try #require(try scenario.receive(1).last)
            _ = try await server.admit(tip, onto: old)
            async let written = server.write(recall: 7)
            _ = try await server.write(recall: 8, mode: .dryRun)
            // Fails when the write came in between.
            try scenario.move(from: old, to: tip)
            try await server.publisher.reconcile()
            let head = try await written.snapshot.revision
            #expect(try scenario.fixture.git.run("rev-parse", "\(head)^") == tip.description)
        }
    }

    @Test("lets writes go on when it has failed")
    func failed() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            let old = try scenario.head()
            let tip = try #require(try scenario.receive(1).last)
            let hold = try #require(try await server.admit(tip, onto: old))
            async let written = server.write(recall: 7)
            try await server.publisher.conclude(hold, process: .ended)
            let head = try await written.snapshot.revision
            #expect(try scenario.fixture.git.run("rev-parse", "\(head)^") == old.description)
        }
    }

    @Test("holds for a limited time, whoever forgets to end it")
    func limited() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start(holdLimit: .milliseconds(50))
            let old = try scenario.head()
            let tip = try #require(try scenario.receive(1).last)
            let start = ContinuousClock.now
            let hold = try await server.admit(tip, onto: old)
            _ = try await server.write(recall: 7)
            #expect(ContinuousClock.now - start >= .milliseconds(50))
            #expect(hold?.isOver == true)
        }
    }

    @Test("keeps the next push back, which then finds main moved")
    func oneAtATime() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            let old = try scenario.head()
            let first = try #require(try scenario.receive(1, from: "ada").last)
            let second = try #require(try scenario.receive(1, from: "grace").last)
            #expect(try await server.admit(first, onto: old) != nil)
            async let late = server.admit(second, onto: old, as: "r-2")
            try scenario.move(from: old, to: first)
            try await server.publisher.reconcile()
            #expect(try await late == nil)
            #expect(try scenario.announcements.announced().isEmpty)
        }
    }

    @Test("is not let through when it cannot be recorded")
    func unrecorded() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start(announcements: FullStore())
            let old = try scenario.head()
            let tip = try #require(try scenario.receive(1).last)
            let error = await #expect(throws: StateError.self) {
                try await server.admit(tip, onto: old)
            }
            #expect(error?.code == .unavailable)
            #expect(try await server.write(recall: 7).isUnchanged == false)
        }
    }

    @Test("does not keep a write that was given up")
    func cancelled() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            let old = try scenario.head()
            let tip = try #require(try scenario.receive(1).last)
            _ = try await server.admit(tip, onto: old)
            let code = await withTaskGroup(of: StateError.Code?.self) { group in
                group.addTask {
                    do {
                        _ = try await server.write(recall: 7)
                        return nil
                    } catch {
                        return (error as? StateError)?.code
                    }
                }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(code == .unavailable)
            #expect(try scenario.head() == old)
        }
    }

    /// A store on a disk without room.
    private struct FullStore: PushAnnouncing {
        func announce(_ push: AnnouncedPush) throws { throw CocoaError(.fileWriteOutOfSpace) }
        func announced() -> [AnnouncedPush] { [] }
        func forget(_ tips: [CommitID]) {}
    }
}
