import Documents
import Foundation

/// Goes back through the versions of one agent until the origin of everything is found.
///
/// On `main` the index names the commits that touched the folder; what a merge brought in is followed commit by commit,
/// back to `main`. Both cost against one limit.
struct BlameWalk {
    /// The most commits that are looked at.
    static let maximumVersions = 1_000
    /// Versions are read until they are this long together, in bytes.
    static let maximumBytes = 64 << 20
    /// How many commits the index is asked for at once.
    private static let batch = 100

    /// What is left to follow from one commit backwards.
    private struct Work {
        enum Start {
            /// A commit of `main`, by sequence.
            case main(Int)
            /// A commit that is perhaps not on `main`, and the change that brought it there.
            case side(CommitID, HistoryEntry)
        }

        let trace: BlameTrace
        let version: BlameVersion
        let start: Start
    }

    /// By the number of the field.
    private(set) var fields: [Int: AgentBlame.Origin] = [:]
    /// By the number of the line.
    private(set) var lines: [DocumentKind: [Int: AgentBlame.Origin]] = [:]
    /// Whether a limit ended the search.
    private(set) var isExhausted = false
    private let folder: String
    private let index: any HistoryIndexing
    private let byteLimit: Int
    private var pending: [Work] = []
    private var versions = 0
    private var bytes = 0

    init(of agent: AgentID, _ index: any HistoryIndexing, byteLimit: Int) {
        self.folder = Layout.agentFolder(agent)
        self.index = index
        self.byteLimit = byteLimit
    }

    mutating func run(
        _ trace: BlameTrace,
        from version: BlameVersion,
        at sequence: Int,
        in repository: borrowing GitRepository
    ) throws {
        pending = [Work(trace: trace, version: version, start: .main(sequence))]
        while let work = pending.popLast() {
            guard !work.trace.isEmpty else { continue }
            switch work.start {
            case .main(let sequence): try followMain(work.trace, work.version, upTo: sequence, in: repository)
            case .side(let commit, let change): try followSide(work.trace, work.version, commit, change, in: repository)
            }
        }
    }

    /// Whether one more commit may be looked at.
    private mutating func spend() -> Bool {
        guard versions < Self.maximumVersions, bytes < byteLimit else {
            isExhausted = true
            return false
        }
        versions += 1
        return true
    }

    private mutating func followMain(
        _ start: BlameTrace,
        _ newest: BlameVersion,
        upTo sequence: Int,
        in repository: borrowing GitRepository
    ) throws {
        var (trace, newer) = (start, newest)
        // The change that made `newer`; between two of them nothing touched the folder.
        var maker: HistoryEntry?
        var query = HistoryQuery(upTo: sequence, limit: Self.batch)
        query.path = folder
        repeat {
            let entries = try index.entries(matching: query)
            for entry in entries {
                guard spend() else { return }
                if let maker {
                    let older = try version(at: entry.revision, before: newer, in: repository)
                    let changed = trace.step(from: newer, to: older)
                    try settle(changed, newer, repository.readCommit(maker.revision), maker, in: repository)
                    newer = older
                }
                maker = entry
                guard !trace.isEmpty else { return }
            }
            query.before = entries.count == Self.batch ? entries.last?.sequence : nil
        } while query.before != nil
        guard let maker else { return }
        try settle(trace, newer, repository.readCommit(maker.revision), maker, in: repository)
    }

    /// Follows what a merge brought in, first parents first, until a commit of `main` is reached.
    private mutating func followSide(
        _ start: BlameTrace,
        _ newest: BlameVersion,
        _ first: CommitID,
        _ change: HistoryEntry,
        in repository: borrowing GitRepository
    ) throws {
        var (trace, newer, next) = (start, newest, first)
        while !trace.isEmpty {
            if let entry = try index.entry(next) {
                pending.append(Work(trace: trace, version: newer, start: .main(entry.sequence)))
                return
            }
            guard spend() else { return }
            let commit = try repository.readCommit(next)
            guard let parent = commit.parents.first else { return note(trace, commit, change) }
            let older = try version(at: parent, before: newer, in: repository)
            try settle(trace.step(from: newer, to: older), newer, commit, change, in: repository)
            (newer, next) = (older, parent)
        }
    }

    /// Attributes places that `commit` has otherwise than its first parent: to one of its other parents that has them
    /// too, else to itself.
    private mutating func settle(
        _ changed: BlameTrace,
        _ version: BlameVersion,
        _ commit: GitCommit,
        _ change: HistoryEntry,
        in repository: borrowing GitRepository
    ) throws {
        var own = changed
        for parent in commit.parents.dropFirst() where !own.isEmpty {
            let theirs = try self.version(at: parent, before: version, in: repository)
            var inherited = own
            own = inherited.step(from: version, to: theirs)
            pending.append(Work(trace: inherited, version: theirs, start: .side(parent, change)))
        }
        note(own, commit, change)
    }

    private mutating func note(_ trace: BlameTrace, _ commit: GitCommit, _ change: HistoryEntry) {
        guard !trace.isEmpty else { return }
        let origin = AgentBlame.Origin(
            revision: commit.id,
            authorName: commit.author.name,
            authorEmail: commit.author.email,
            authoredAt: commit.author.date,
            subject: CommitText.lines(of: commit.message).first ?? "",
            change: change
        )
        for number in trace.fields?.numbers ?? [] { fields[number] = origin }
        for (kind, found) in trace.lines {
            for line in found { lines[kind, default: [:]][line.number] = origin }
        }
    }

    private mutating func version(
        at revision: CommitID,
        before newer: BlameVersion,
        in repository: borrowing GitRepository
    ) throws -> BlameVersion {
        let tree = try repository.readCommit(revision).tree
        guard let path = EntryPath(folder) else { return newer }
        let entry = try repository.lookUp(path, in: tree)
        guard let id = entry?.treeID else { return BlameVersion(folder: nil, files: []) }
        guard id != newer.folder else { return newer }
        let files = try StateLoader.files(at: folder, in: tree, of: repository)
        bytes += files.reduce(0) { $0 + $1.content.count }
        return BlameVersion(folder: id, files: files, before: newer)
    }
}
