import Concurrency
import Foundation
import HashTreeCollections
import Reconciler
import Secrets
import StateRepo

/// Follows agents that go and come back, so that secrets stay with the agent that they were given to.
///
/// History says it, whichever door an agent went by: each commit since the last look is asked whether the agent was there.
/// The secrets of an agent that is gone are kept aside for a while; one that comes back with the very definition that it had
/// gets them again; any other one of that id does not, and does not take them from the one that they are kept for.
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
    private let turns: Slots
    /// Up to where agents were followed without anything to be done, and for which generation of the document.
    private var looked: (generation: Int, point: SecretsPoint)?

    init(
        _ store: SecretsStore,
        archive: StateArchive,
        snapshots: SnapshotStore,
        turns: Slots,
        now: @escaping @Sendable () -> Date
    ) {
        self.turns = turns
        self.store = store
        self.archive = archive
        self.snapshots = snapshots
        self.now = now
    }

    /// Brings the document to the published state; it is written only when something is to be done.
    func catchUp() async throws {
        let snapshot = try snapshots.current
        guard let document = store.board.current.document, !isSettled(document, snapshot) else { return }
        try await inTurn { _ = try await follow(to: snapshots.current) }
    }

    /// An agent as a request found it.
    struct Found: Sendable {
        let id: AgentID
        /// The number of the commit that it was found at.
        let sequence: Int
    }

    /// Changes the document, once it is at the published state; it says so itself, so that what went on before is never
    /// held against a secret that is set now.
    ///
    /// - Parameters:
    ///   - agent: whose secrets they are; when it went since it was found nothing is changed, also when another one came.
    ///   - admit: looks at the document that is about to be changed; nothing is when it throws.
    func change<Result: Sendable>(
        of agent: Found?,
        noting notes: [SecretsNote],
        admitting admit: @Sendable (SecretsDocument) throws -> Void,
        _ edit: @Sendable (inout SecretsDocument) throws(SecretsError) -> Result
    ) async throws -> Result {
        try await inTurn {
            try await store.refresh()
            let snapshot = try snapshots.current
            let point = try await follow(to: snapshot)
            if let agent { try await check(agent, in: snapshot) }
            try admit(store.board.current.opened())
            return try await store.change(noting: notes) { document throws(SecretsError) in
                document.seen = point
                return try edit(&document)
            }
        }
    }

    /// - Throws: `agent.not_found` when the agent is not there any more, or went and came back.
    private func check(_ agent: Found, in snapshot: StateSnapshot) async throws {
        guard snapshot.head.agents[agent.id]?.definition != nil,
            try await passages(of: agent.id, isThere: true, snapshot, since: agent.sequence).isEmpty
        else { throw StateError.notFound(.agent(agent.id)) }
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
        !document.hasOrphans(until: expiry(snapshot)) && seen(document).contains { $0 == SecretsPoint(snapshot) }
    }

    /// Up to where the document may be right, the newest point first.
    private func seen(_ document: SecretsDocument) -> [SecretsPoint] {
        let looked = looked.flatMap { $0.generation == document.generation ? $0.point : nil }
        return [looked, document.seen].compactMap { $0 }
    }

    /// What went before that time is let go, in seconds since 1970.
    ///
    /// By the clock: the times of commits are what those who made them say.
    private func expiry(_ snapshot: StateSnapshot) -> Int {
        Int(now().timeIntervalSince1970) - snapshot.orphanRetention
    }

    /// - Returns: the point that the document is right for.
    private func follow(to snapshot: StateSnapshot) async throws -> SecretsPoint {
        let point = SecretsPoint(snapshot)
        guard let document = store.board.current.document, !isSettled(document, snapshot) else { return point }
        let seen = try seen(document).first { try $0.sequence <= snapshot.sequence && isOnMain($0) }
        var passages = AgentPassages(expiry: expiry(snapshot))
        let present = seen == point ? [] : document.agents
        let owners = seen == point ? [] : present.union(document.orphans.map(\.agent))
        for owner in owners.sorted() {
            guard let id = AgentID(owner) else { continue }
            let isThere = present.contains(owner)
            passages.all += try await self.passages(of: id, isThere: isThere, snapshot, since: seen?.sequence)
        }
        var trial = document
        let notes = passages.apply(to: &trial)
        let isBehind =
            if let seen, let written = document.seen {
                seen != written && point.sequence - written.sequence >= Self.maximumLag
            } else {
                document.seen != nil || !owners.isEmpty
            }
        guard !notes.isEmpty || isBehind else {
            looked = (document.generation, point)
            return point
        }
        try await store.change(noting: notes) { [passages] document throws(SecretsError) in
            document.seen = point
            _ = passages.apply(to: &document)
        }
        return point
    }

    private func isOnMain(_ point: SecretsPoint) throws(StateError) -> Bool {
        do {
            return try archive.resolve(.sequence(point.sequence)).revision.description == point.revision
        } catch {
            guard error.code == .revisionNotFound else { throw error }
            return false
        }
    }

    /// How an agent came and went, oldest first.
    ///
    /// - Parameters:
    ///   - isThere: whether it has secrets: what is kept aside belongs to none that is there.
    ///   - seen: the number of the commit up to which the document is right; `nil` when history does not say.
    private func passages(
        of id: AgentID,
        isThere: Bool,
        _ snapshot: StateSnapshot,
        since seen: Int?
    ) async throws -> [AgentPassages.Passage] {
        var passages: [AgentPassages.Passage] = []
        let present = snapshot.head.agents[id].flatMap { $0.definition == nil ? nil : $0.tree }
        var isThere = isThere
        if let seen {
            if !isThere {
                let entry = try archive.resolve(.sequence(seen))
                isThere = try await archive.definitionTree(of: id, at: entry.revision) != nil
            }
            if (snapshot.lastChanges.agent(id)?.sequence ?? 0) > seen || isThere != (present != nil) {
                for entry in try commits(of: id, from: seen, upTo: snapshot.sequence) {
                    let passage = try await passage(id, entry, isThere: &isThere)
                    if let passage { passages.append(passage) }
                }
            }
        }
        // History was rewritten, is unknown, or is too long: no definition is the one that the agent had.
        if isThere, present == nil {
            passages.append(.init(agent: id.description, .left(definition: "", at: Int(now().timeIntervalSince1970))))
        } else if !isThere, let present {
            passages.append(.init(agent: id.description, .came(definition: present.description)))
        }
        return passages
    }

    /// What one commit did.
    private func passage(
        _ id: AgentID,
        _ entry: HistoryEntry,
        isThere: inout Bool
    ) async throws -> AgentPassages.Passage? {
        let tree = try await archive.definitionTree(of: id, at: entry.revision)
        defer { isThere = tree != nil }
        switch (isThere, tree) {
        case (true, nil):
            let before = entry.sequence > 1 ? try archive.resolve(.sequence(entry.sequence - 1)) : entry
            let definition = try await archive.definitionTree(of: id, at: before.revision)
            let time = Int(entry.acceptedAt.timeIntervalSince1970)
            return .init(agent: id.description, .left(definition: definition?.description ?? "", at: time))
        case (false, let tree?): return .init(agent: id.description, .came(definition: tree.description))
        case (true, .some), (false, nil): return nil
        }
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
