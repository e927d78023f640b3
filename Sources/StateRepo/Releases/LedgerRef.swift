package import Foundation

/// The ledger in git: `refs/gitplane/releases`, whose tree is `<agent>/<version>/` → definition (contract, section 3).
///
/// Each entry is one commit that says in trailers what it adds; the tree keeps the definitions alive.
package struct LedgerRef: Sendable {
    private let identity: ServerIdentity

    package init(identity: ServerIdentity) { self.identity = identity }

    /// One definition to be recorded.
    package struct Record: Sendable {
        package let agent: AgentID
        package let entry: ReleaseLedger.Entry

        package init(agent: AgentID, entry: ReleaseLedger.Entry) {
            self.agent = agent
            self.entry = entry
        }
    }

    /// Reads the whole ledger.
    ///
    /// - Parameter onDamage: told when a commit is damaged; what is behind it is left out, and stands in the history of
    ///   `main` as well.
    package func load(
        from repository: borrowing GitRepository,
        onDamage: (GitError) -> Void = { _ in }
    ) throws(GitError) -> ReleaseLedger {
        var records: [Record] = []
        do throws(GitError) {
            guard let tip = try repository.target(of: .releases) else { return ReleaseLedger() }
            try repository.firstParentWalk(from: tip) { (commit) throws(GitError) in
                if let record = Self.record(commit) { records.append(record) }
                return .continue
            }
        } catch {
            guard error.isDamage || error.code == .corrupt else { throw error }
            onDamage(error)
        }
        var ledger = ReleaseLedger()
        for record in records.reversed() { ledger.record(record.entry, of: record.agent) }
        return ledger
    }

    /// What the commits of the ledger say, oldest first.
    static func records(upTo tip: CommitID, in repository: borrowing GitRepository) throws(GitError) -> [Record] {
        var records: [Record] = []
        try repository.firstParentWalk(from: tip) { (commit) throws(GitError) in
            if let record = record(commit) { records.append(record) }
            return .continue
        }
        return records.reversed()
    }

    /// Adds entries, each as a commit of its own; a number that the ledger has keeps the definition that it has.
    package func append(_ records: [Record], in repository: borrowing GitRepository, at time: Date) throws(GitError) {
        for record in records {
            let tip = try repository.target(of: .releases)
            var base: TreeID?
            if let tip { base = try repository.readCommit(tip).tree }
            let path = EntryPath("\(record.agent)/\(record.entry.version)")
            guard let path, try !Self.has(path, base, in: repository) else { continue }
            let definition = AnyObjectID(rebinding: record.entry.definition)
            let tree = try repository.updateTree(base: base, changes: [TreeEdit(path, .entry(.tree, definition))])
            let signature = identity.signature(at: time)
            let commit = try repository.writeCommit(
                tree: tree,
                parents: [tip].compactMap { $0 },
                author: signature,
                committer: signature,
                message: Self.message(record).text
            )
            try repository.compareAndSwap(.releases, from: tip, to: commit, reflog: "release")
        }
    }

    private static func has(
        _ path: EntryPath,
        _ tree: TreeID?,
        in repository: borrowing GitRepository
    ) throws(GitError) -> Bool {
        guard let tree else { return false }
        return try repository.lookUp(path, in: tree) != nil
    }

    private static func message(_ record: Record) -> CommitMessage {
        CommitMessage(
            subject: "agents/\(record.agent): version \(record.entry.version)",
            trailers: [
                .init("Agent", record.agent.description),
                .init("Version", String(record.entry.version)),
                .init("Definition", record.entry.definition.description),
                .init("Revision", record.entry.revision.description),
                .init("Published-By", record.entry.publishedBy),
                .init("Published-At", Timestamp.text(record.entry.publishedAt)),
            ]
        )
    }

    private static func record(_ commit: GitCommit) -> Record? {
        let trailers = CommitMessage.trailers(of: commit.message)
        func value(_ key: String) -> String? { trailers.first { $0.key == key }?.value }
        guard let agent = value("Agent").flatMap({ AgentID($0) }), let version = value("Version").flatMap({ Int($0) }),
            let definition = value("Definition").flatMap({ TreeID($0) }),
            let revision = value("Revision").flatMap({ CommitID($0) })
        else { return nil }
        let committed = Date(timeIntervalSince1970: TimeInterval(commit.committer.time))
        let entry = ReleaseLedger.Entry(
            version: version,
            definition: definition,
            publishedAt: value("Published-At").flatMap { Timestamp.date($0) } ?? committed,
            publishedBy: value("Published-By") ?? "",
            revision: revision
        )
        return Record(agent: agent, entry: entry)
    }
}
