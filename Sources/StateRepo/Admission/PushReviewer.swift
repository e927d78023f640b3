import Concurrency
import Documents
import Foundation

/// Reviews pushes to one repository, one at a time, on a thread of its own.
package actor PushReviewer {
    /// How often a reconcile is asked for when `main` is elsewhere than the snapshot, before the pusher is.
    package static let maximumReconciles = 3

    /// What the reviewer asks the rest of the server for.
    package struct Sources: Sendable {
        /// The published snapshot; `nil` while the server starts.
        package let snapshot: @Sendable () -> StateSnapshot?
        package let secrets: @Sendable () -> SecretInventory
        /// Brings the published snapshot to the head of `main`.
        package let reconcile: @Sendable () async throws -> Void

        package init(
            snapshot: @escaping @Sendable () -> StateSnapshot?,
            secrets: @escaping @Sendable () -> SecretInventory,
            reconcile: @escaping @Sendable () async throws -> Void
        ) {
            self.snapshot = snapshot
            self.secrets = secrets
            self.reconcile = reconcile
        }
    }

    private let executor: QueueExecutor
    private let repositoryPath: String
    private var repository: GitRepository
    private var packs: PackWatch
    private let rules: StateRules
    private let identity: ServerIdentity
    private let sources: Sources

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Throws: ``GitError`` when there is no repository at the path.
    package init(
        repositoryPath: String,
        rules: StateRules,
        identity: ServerIdentity,
        sources: Sources
    ) throws(GitError) {
        self.executor = QueueExecutor(label: "gitplane.push-review")
        self.repositoryPath = repositoryPath
        self.repository = try GitRepository(openingBareAt: repositoryPath)
        self.packs = PackWatch(repositoryAt: repositoryPath)
        self.rules = rules
        self.identity = identity
        self.sources = sources
    }

    /// Says whether the refs of `push` may move.
    ///
    /// When `main` has moved without the server having seen it, the snapshot is brought up to it first.
    /// - Throws: ``GitError`` when the pushed objects cannot be read, and what the sources throw; then nothing may move.
    package func decide(_ push: PushProposal, by principal: Principal) async throws -> PushVerdict {
        for _ in 0..<Self.maximumReconciles {
            let verdict = try review(push, by: principal)
            guard verdict.decision == .behind else { return verdict }
            try await sources.reconcile()
        }
        return try review(push, by: principal)
    }

    private func review(_ push: PushProposal, by principal: Principal) throws -> PushVerdict {
        guard let snapshot = sources.snapshot() else {
            throw GitError(.other, "review push", "no snapshot is published yet")
        }
        repository.renew(&packs, openingBareAt: repositoryPath)
        let branches = try repository.references(under: "refs/heads/").map { CommitID(rebinding: $0.target) }
        let target = PushReview.Target(snapshot: snapshot, branches: branches)
        let review = PushReview(rules: rules, secrets: sources.secrets(), identity: identity)
        guard let quarantine = push.quarantine else {
            return try review.review(push, onto: target, in: repository, by: principal)
        }
        try checkQuarantine(quarantine)
        let pushed = try GitRepository(quarantine: quarantine, over: repositoryPath)
        return try review.review(push, onto: target, in: pushed, by: principal)
    }

    /// A quarantine is a directory in the repository's own `objects`; a hook that was copied elsewhere names another.
    private func checkQuarantine(_ path: String) throws(GitError) {
        let folder = URL(filePath: path).resolvingSymlinksInPath().deletingLastPathComponent().standardizedFileURL
        let objects = URL(filePath: "\(repositoryPath)/objects").resolvingSymlinksInPath().standardizedFileURL
        guard folder.path.hasSameBytes(as: objects.path) else {
            throw GitError(.invalid, "review push", "the quarantine does not belong to this repository")
        }
    }
}
