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

    private let store: SecretsStore
    private let archive: StateArchive
    private let snapshots: SnapshotStore
    private let now: @Sendable () -> Date

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
        guard case .open = store.board.current.status, let document = store.board.current.document else { return }
        let snapshot = try snapshots.current
        let seen = document.seen.flatMap { point in
            point.sequence <= snapshot.sequence && isOnMain(point) ? point.sequence : nil
        }
        guard seen != snapshot.sequence || !document.orphans.isEmpty else { return }
        var fates: [String: Fate] = [:]
        for owner in Self.owners(document) {
            let fate = try await fate(of: owner, document, snapshot, since: seen)
            if !Self.isPresent(fate, owner, document) { fates[owner] = fate }
        }
        let point = SecretsPoint(revision: snapshot.revision.description, sequence: snapshot.sequence)
        guard !fates.isEmpty || (document.seen == nil && !document.entries.isEmpty) else { return }
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

    private func isOnMain(_ point: SecretsPoint) -> Bool {
        do {
            return try archive.resolve(.sequence(point.sequence)).revision.description == point.revision
        } catch {
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
        let tree = try await definition(of: id, at: entry)
        switch (fate, tree) {
        case (.stays, nil):
            let before = entry.sequence > 1 ? try archive.resolve(.sequence(entry.sequence - 1)) : entry
            let definition = try await definition(of: id, at: before)
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

    private func isKept(_ orphan: SecretOrphan) -> Bool {
        let hours = snapshots.latest.flatMap(\.orphanRetentionHours) ?? 24
        return Int(now().timeIntervalSince1970) < orphan.since + hours * 3600
    }

    private func definition(of id: AgentID, at entry: HistoryEntry) async throws -> TreeID? {
        let folder = try await archive.snapshot(at: entry).head.agents[id]
        return folder?.definition == nil ? nil : folder?.tree
    }

    /// The commits that touched an agent, oldest first.
    private func commits(of id: AgentID, from seen: Int, upTo last: Int) throws -> [HistoryEntry] {
        var query = HistoryQuery(upTo: last, limit: Self.maximumCommits)
        query.resource = "agents/\(id)"
        return try archive.entries(matching: query).filter { $0.sequence > seen }.reversed()
    }
}

extension StateSnapshot {
    /// The setting `secrets.orphan_retention_hours`; `nil` when the file does not set it.
    fileprivate var orphanRetentionHours: Int? { serving.settings?.facts?.orphanRetentionHours }
}
