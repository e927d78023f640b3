import Concurrency
import Foundation
import HashTreeCollections
import Reconciler
import Secrets
import StateRepo

/// Follows agents that go and come back, so that secrets stay with the agent that they were given to.
///
/// History says it, whichever door an agent went by: each commit since the last look is asked whether the agent was there.
/// An agent that is gone leaves its secrets behind for a while; one that comes back with the very definition that it had
/// gets them again; any other one of that id does not.
actor AgentFollower {
    /// The most commits of one agent that are looked at one by one.
    static let maximumCommits = 10_000
    /// How many requests wait for their turn to look, or to write.
    static let maximumWaiting = 1_000
    /// After how many commits the document says at the latest how far it is, so that a start has few to look at.
    private static let maximumLag = 1_000

    private let store: SecretsStore
    private let archive: StateArchive
    private let snapshots: SnapshotStore
    private let now: @Sendable () -> Date
    private let turns = Slots(running: 1, waiting: maximumWaiting)
    /// Up to where agents were followed without anything to be done, and for which generation of the document.
    private var looked: (generation: Int, point: SecretsPoint)?

    init(
        _ store: SecretsStore,
        archive: StateArchive,
        snapshots: SnapshotStore,
        now: @escaping @Sendable () -> Date
    ) {
        self.store = store
        self.archive = archive
        self.snapshots = snapshots
        self.now = now
    }

    /// What becomes of the secrets of an agent.
    private enum Fate: Sendable {
        case stays
        case orphan(SecretOrphan)
        case forget
    }

    /// Brings the document to the published state; it is written only when something is to be done.
    func catchUp() async throws {
        let snapshot = try snapshots.current
        guard let document = store.board.current.document, !isSettled(document, snapshot) else { return }
        try await inTurn { _ = try await follow() }
    }

    /// Changes the document, once it is at the published state; it says so itself, so that what went on before is never
    /// held against a secret that is set now.
    func change<Result: Sendable>(
        noting notes: [SecretsNote] = [],
        _ edit: @Sendable (inout SecretsDocument) throws(SecretsError) -> Result
    ) async throws -> Result {
        try await inTurn {
            let point = try await follow()
            return try await store.change(noting: notes) { document throws(SecretsError) in
                document.seen = point
                return try edit(&document)
            }
        }
    }

    private func inTurn<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        guard await turns.take() else {
            try Task.checkCancellation()
            throw SecretsError(.unavailable, "too many changes of secrets at once")
        }
        defer { turns.release() }
        return try await body()
    }

    private func isSettled(_ document: SecretsDocument, _ snapshot: StateSnapshot) -> Bool {
        guard document.orphans.isEmpty else { return false }
        return seen(document).contains { $0 == SecretsPoint(snapshot) }
    }

    /// Up to where the document may be right, the newest point first.
    private func seen(_ document: SecretsDocument) -> [SecretsPoint] {
        let looked = looked.flatMap { $0.generation == document.generation ? $0.point : nil }
        return [looked, document.seen].compactMap { $0 }
    }

    /// - Returns: the point that the document is right for.
    private func follow() async throws -> SecretsPoint {
        let snapshot = try snapshots.current
        let point = SecretsPoint(snapshot)
        guard let document = store.board.current.document, !isSettled(document, snapshot) else { return point }
        let seen = try seen(document).first { try $0.sequence <= snapshot.sequence && isOnMain($0) }
        let owners = seen == point ? Set(document.orphans.keys) : Self.owners(document)
        var fates: [String: Fate] = [:]
        for owner in owners {
            let fate = try await fate(of: owner, document, snapshot, since: seen?.sequence)
            if !Self.isPresent(fate, owner, document) { fates[owner] = fate }
        }
        let isBehind =
            if let seen, let written = document.seen {
                seen != written && point.sequence - written.sequence >= Self.maximumLag
            } else {
                document.seen != nil || !owners.isEmpty
            }
        guard !fates.isEmpty || isBehind else {
            looked = (document.generation, point)
            return point
        }
        try await store.change { [fates] document throws(SecretsError) in
            document.seen = point
            for (owner, fate) in fates {
                switch fate {
                case .stays: document.adopt(owner)
                case .orphan(let orphan): document.orphan(owner, orphan)
                case .forget: _ = document.forget(owner)
                }
            }
        }
        return point
    }

    private static func owners(_ document: SecretsDocument) -> Set<String> {
        var owners = Set(document.orphans.keys)
        for id in document.entries.keys { if case .agent(let owner) = id.scope { owners.insert(owner) } }
        return owners
    }

    private static func isPresent(_ fate: Fate, _ owner: String, _ document: SecretsDocument) -> Bool {
        switch fate {
        case .stays: document.orphans[owner] == nil
        case .orphan(let orphan): document.orphans[owner] == orphan
        case .forget: false
        }
    }

    private func isOnMain(_ point: SecretsPoint) throws(StateError) -> Bool {
        do {
            return try archive.resolve(.sequence(point.sequence)).revision.description == point.revision
        } catch {
            guard error.code == .revisionNotFound else { throw error }
            return false
        }
    }

    /// - Parameter seen: the number of the commit up to which the document is right; `nil` when history does not say.
    private func fate(
        of owner: String,
        _ document: SecretsDocument,
        _ snapshot: StateSnapshot,
        since seen: Int?
    ) async throws -> Fate {
        guard let id = AgentID(owner) else { return .forget }
        var fate: Fate = document.orphans[owner].map { .orphan($0) } ?? .stays
        let last = snapshot.lastChanges.agent(id)?.sequence ?? 0
        if let seen, last > seen {
            for entry in try commits(of: id, from: seen, upTo: snapshot.sequence) {
                fate = try await step(fate, id, entry)
                if case .forget = fate { return fate }
            }
        }
        return settled(fate, id, snapshot)
    }

    /// What follows from one commit.
    private func step(_ fate: Fate, _ id: AgentID, _ entry: HistoryEntry) async throws -> Fate {
        let tree = try await archive.definitionTree(of: id, at: entry.revision)
        switch (fate, tree) {
        case (.stays, nil):
            let before = entry.sequence > 1 ? try archive.resolve(.sequence(entry.sequence - 1)) : entry
            let definition = try await archive.definitionTree(of: id, at: before.revision)
            let since = Int(entry.acceptedAt.timeIntervalSince1970)
            return .orphan(SecretOrphan(definition: definition?.description ?? "", since: since))
        case (.orphan(let orphan), let tree?):
            return isKept(orphan) && orphan.definition == tree.description ? .stays : .forget
        case (.stays, .some), (.orphan, nil), (.forget, _): return fate
        }
    }

    /// The last look: at the state itself, and at the clock.
    private func settled(_ fate: Fate, _ id: AgentID, _ snapshot: StateSnapshot) -> Fate {
        let isThere = snapshot.head.agents[id]?.definition != nil
        switch fate {
        case .stays:
            guard !isThere else { return fate }
            // History was rewritten or is unknown: no definition is the one that the agent had.
            return .orphan(SecretOrphan(definition: "", since: Int(now().timeIntervalSince1970)))
        case .orphan(let orphan):
            if isThere { return orphan.definition == snapshot.head.agents[id]?.tree.description ? .stays : .forget }
            return isKept(orphan) ? fate : .forget
        case .forget: return fate
        }
    }

    /// By the clock: the times of commits are what those who made them say.
    private func isKept(_ orphan: SecretOrphan) -> Bool {
        let retention = snapshots.latest?.orphanRetention ?? 24 * 3600
        return Int(now().timeIntervalSince1970) < orphan.since + retention
    }

    /// The commits that touched an agent, oldest first.
    private func commits(of id: AgentID, from seen: Int, upTo last: Int) throws -> [HistoryEntry] {
        var query = HistoryQuery(upTo: last, limit: Self.maximumCommits)
        query.resource = "agents/\(id)"
        return try archive.entries(matching: query).filter { $0.sequence > seen }.reversed()
    }
}

extension SecretsPoint {
    init(_ snapshot: StateSnapshot) {
        self.init(revision: snapshot.revision.description, sequence: snapshot.sequence)
    }
}
