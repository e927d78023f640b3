import Foundation
import StateRepo
import TestSupport

/// A clone whose commits are reviewed as if they were pushed.
struct PushScenario {
    static let agent = "state/agents/release-notes/agent.json"
    static let mission = #"{"display_name": "Atlas", "mission_profile": {"mission": "Test the gate."}}"#

    let fixture: RepositoryFixture
    let clone: WorkingCopy
    let principal: Principal

    init(_ fixture: RepositoryFixture, scopes: Set<Scope> = Set(Scope.allCases)) throws {
        self.fixture = fixture
        self.clone = try fixture.clone("ada")
        self.principal = Principal(identity: .local(user: "ada"), name: "Ada", email: "ada@example.com", scopes: scopes)
    }

    /// Reviews `updates` against the snapshot of the fixture's `main`.
    func review(
        _ updates: [RefUpdate],
        options: [String] = [],
        ledger: ReleaseLedger = ReleaseLedger(),
        changeLimit: Int = PushReview.maximumChanges
    ) throws -> PushVerdict {
        // The clone has every object that a quarantine would have, and those of the repository it was cloned from.
        let repository = try GitRepository(openingBareAt: clone.folder.appending(path: ".git").path)
        let review = PushReview(
            rules: fixture.rules,
            secrets: .empty,
            identity: fixture.identity,
            changeLimit: changeLimit
        )
        let push = PushProposal(updates: updates, options: options, quarantine: nil)
        let target = PushReview.Target(snapshot: try fixture.snapshot(ledger: ledger), branches: [])
        return try review.review(push, onto: target, in: repository, by: principal)
    }

    /// Reviews a push of what the clone has checked out to a branch.
    func push(
        to ref: String = "refs/heads/main",
        options: [String] = [],
        ledger: ReleaseLedger = ReleaseLedger()
    ) throws -> PushVerdict {
        try review([update(ref, to: clone.id("HEAD"))], options: options, ledger: ledger)
    }

    func update(_ ref: String, to new: AnyObjectID?) throws -> RefUpdate {
        let old: AnyObjectID? = ref == "refs/heads/main" ? try clone.id("origin/main") : nil
        return RefUpdate(ref: ref, old: old, new: new)
    }

    /// A blob that is put into the index with any mode and committed.
    func commit(mode: String, _ path: String, _ content: String) throws {
        let blob = try clone.git.run("hash-object", "-w", "--stdin", input: Array(content.utf8))
        try clone.git.run("update-index", "--add", "--cacheinfo", "\(mode),\(blob),\(path)")
        try clone.git.run("commit", "--quiet", "--message", "entry")
    }

    /// Writes the release file of the example agent.
    func release(_ version: Int, _ definition: TreeID, active: Bool = true) throws {
        let text = #"{"version": \#(version), "definition": "\#(definition)", "active": \#(active)}"#
        try clone.write("state/releases/release-notes.json", text)
    }

    /// The definition that the example agent has at a revision.
    func definition(_ revision: String = "HEAD") throws -> TreeID {
        try clone.id("\(revision):state/agents/release-notes")
    }
}

/// Runs `body` with a fresh scenario.
func withPushScenario(
    scopes: Set<Scope> = Set(Scope.allCases),
    _ body: (PushScenario) throws -> Void
) async throws {
    try await withRepositoryFixture { try body(PushScenario($0, scopes: scopes)) }
}

extension PushVerdict {
    /// The codes of what refuses the push.
    var refusals: [String] { findings.filter(\.isBlocking).map(\.diagnostic.code) }

    var warnings: [String] { findings.filter { !$0.isBlocking }.map(\.diagnostic.code) }
}
