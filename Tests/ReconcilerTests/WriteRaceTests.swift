import Foundation
import Reconciler
import StateRepo
import Synchronization
import TestSupport
import Testing

@Suite("A write that another writer overtakes")
struct WriteRaceTests {
    /// Moves `main` once behind each snapshot that a write is planned on, while it may.
    private final class OtherWriter: Sendable {
        private let git: Git
        private let left = Mutex(0)

        init(_ git: Git) { self.git = git }

        func begin(_ count: Int) { left.withLock { $0 = count } }

        private func mayGoOn() -> Bool {
            left.withLock { left in
                left -= 1
                return left >= 0
            }
        }

        func overtake(_ snapshot: StateSnapshot?) {
            do {
                guard let known = snapshot?.revision.description, try git.run("rev-parse", "main") == known, mayGoOn()
                else { return }
                let commit = try git.run("commit-tree", "-m", "Overtaken", "-p", known, "main^{tree}")
                try git.run("update-ref", "refs/heads/main", commit, known)
            } catch {
                Issue.record(error)
            }
        }
    }

    @Test(
        "is planned anew, and told to try again when it lost too often",
        arguments: [StatePublisher.maximumAttempts - 1, StatePublisher.maximumAttempts]
    )
    func overtaken(times: Int) async throws {
        try await withPublisherScenario { scenario in
            let other = OtherWriter(scenario.fixture.git)
            let server = try await scenario.start(waking: { other.overtake($0) })
            let start = try scenario.head()
            other.begin(times)
            if times < StatePublisher.maximumAttempts {
                let written = try await server.write(recall: 7)
                #expect(try scenario.head() == written.snapshot.revision)
            } else {
                let error = await #expect(throws: StateError.self) { try await server.write(recall: 7) }
                #expect(error?.code == .unavailable)
            }
            let subjects = try scenario.fixture.git.run("log", "--format=%s", "\(start)..main").split(separator: "\n")
            #expect(subjects.count { $0 == "Overtaken" } == times)
            #expect(subjects.count == (times < StatePublisher.maximumAttempts ? times + 1 : times))
        }
    }
}
