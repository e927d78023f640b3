import Foundation
import StateRepo
import Synchronization
import TestSupport
import Testing

@Suite("Who reviews a push while main runs ahead")
struct PushReviewerTests {
    /// What is published, and how often somebody asked for a newer one.
    private final class Published: Sendable {
        let state: Mutex<(snapshot: StateSnapshot, count: Int)>

        init(_ snapshot: StateSnapshot) { state = Mutex((snapshot, 0)) }

        var snapshot: StateSnapshot { state.withLock { $0.snapshot } }
        var count: Int { state.withLock { $0.count } }
    }

    @Test(
        "asks for the head so many times, and then tells the pusher to fetch",
        arguments: [PushReviewer.maximumReconciles, PushReviewer.maximumReconciles + 1]
    )
    func reconciles(needed: Int) async throws {
        try await withRepositoryFixture { fixture in
            let published = Published(try fixture.snapshot())
            let clone = try fixture.clone("clone")
            let old = try clone.commit("somebody else's")
            try clone.git.run("push", "--quiet", "origin", "HEAD:main")
            let new = try clone.commit("the pusher's")
            try fixture.git.run("fetch", "--quiet", clone.folder.path, "HEAD")
            let sources = PushReviewer.Sources(
                snapshot: { published.snapshot },
                secrets: { .empty },
                reconcile: {
                    let fresh = try fixture.snapshot()
                    published.state.withLock { state in
                        state.count += 1
                        if state.count == needed { state.snapshot = fresh }
                    }
                }
            )
            let reviewer = try PushReviewer(
                repositoryPath: fixture.repositoryPath,
                rules: fixture.rules,
                identity: fixture.identity,
                sources: sources
            )
            let update = RefUpdate(
                ref: RefName.main.description,
                old: AnyObjectID(rebinding: old),
                new: AnyObjectID(rebinding: new)
            )
            let push = PushProposal(updates: [update], quarantine: nil)
            let verdict = try await reviewer.decide(push, by: .test(Set(Scope.allCases)))
            #expect(verdict.decision == (needed > PushReviewer.maximumReconciles ? .behind : .accepted))
            #expect(published.count == PushReviewer.maximumReconciles)
        }
    }
}
