import Foundation
import HashTreeCollections
package import StateRepo

/// A state in memory with a history: what a server has, without a server and without a repository.
///
/// Revisions are numbered 1, 2, 3 …; the name of each is its number. Changes go past the gate unless ``review(_:by:)`` is
/// asked, so that a test can also build what came round it.
package struct StateFixture: Sendable {
    package let rules: StateRules
    package var secrets = SecretInventory.empty
    package private(set) var ledger = ReleaseLedger()
    package private(set) var tree = StateTree.empty
    package private(set) var lastChanges = LastChanges()
    private var versions: [StateTree] = []

    private init(_ rules: StateRules) { self.rules = rules }

    /// The rules of the checkout, loaded once.
    package static func rules() throws -> StateRules { try loadedRules.get() }

    private static let loadedRules = Result<StateRules, any Error> {
        try StateRules.load(share: ShareDirectory.ofThisProgram())
    }

    /// The state of a new installation: the `state/` and `skills/` of the checkout.
    package static func template() throws -> StateFixture { try loadedTemplate.get() }

    private static let loadedTemplate = Result<StateFixture, any Error> { try StateFixture(templateFiles()) }

    /// A state with these files and `state/format.json`.
    package init(_ files: [String: String] = [:]) throws {
        self.init(try Self.rules())
        try commit(files.merging(["state/format.json": "{\"version\": 1}\n"]) { given, _ in given })
    }

    /// The files of the checkout's template, by path.
    package static func templateFiles() throws -> [String: String] {
        let share = try ShareDirectory.ofThisProgram()
        var files: [String: String] = [:]
        for folder in [share.state, share.skills] {
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
                let file = folder.appending(path: name)
                guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
                let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
                files["\(folder.lastPathComponent)/\(name)"] = text
            }
        }
        return files
    }

    /// The name of the revision `number`.
    package static func revision(_ number: Int) -> CommitID {
        let digits = String(number, radix: 16)
        return CommitID(String(repeating: "0", count: 40 - digits.count) + digits) ?? .zero
    }

    package var revision: CommitID { Self.revision(versions.count) }

    package var snapshot: StateSnapshot {
        StateSnapshot(
            revision: revision,
            sequence: versions.count,
            acceptedAt: Self.time(versions.count),
            rootTree: .zero,
            head: tree,
            serving: tree,
            substitutes: [:],
            lastChanges: lastChanges,
            ledger: ledger,
            dataVersion: rules.dataVersion
        )
    }

    private static func time(_ sequence: Int) -> Date {
        Date(timeIntervalSince1970: 1_700_000_000 + Double(sequence) * 60)
    }
}

extension StateFixture {
    /// The edits that put these files, or with `nil` remove them.
    package static func edits(_ files: [String: String?]) throws -> [FileEdit] {
        try files.sorted { $0.key < $1.key }.compactMap { path, text in
            guard let entry = EntryPath(path) else { return nil }
            guard let text else { return FileEdit(path: entry, change: .remove) }
            let content = Array(text.utf8)
            return FileEdit(path: entry, change: .put(.blob, try ObjectHash.blob(content), content: content))
        }
    }

    /// The present tree after putting these files, or with `nil` removing them.
    package func edited(_ files: [String: String?]) throws -> StateTree { try edited(Self.edits(files)) }

    package func edited(_ edits: [FileEdit]) throws -> StateTree {
        try tree.applying(edits, decoder: rules.decoder, definitions: definition)
    }

    /// Makes a revision with these files, whatever the gate would say.
    package mutating func commit(_ files: [String: String?], author: String = "Ada") throws {
        let edits = try Self.edits(files)
        record(try edited(edits), paths: edits.map(\.path), author: author)
    }

    /// Makes a plan the next revision.
    package mutating func commit(_ plan: ChangePlan, author: String = "Ada") {
        record(plan.tree, paths: plan.touched, author: author)
    }

    private mutating func record(_ new: StateTree, paths: [EntryPath], author: String) {
        let before = tree.releases
        tree = new
        versions.append(new)
        let time = Self.time(versions.count)
        let entry = HistoryEntry(
            revision: revision,
            sequence: versions.count,
            parents: [],
            authorName: author,
            authorEmail: "\(author)@example.com",
            authoredAt: time,
            acceptedAt: time,
            channel: .api,
            principal: nil,
            requestID: nil,
            subject: "",
            resources: Set(paths.compactMap { $0.text.flatMap(Layout.role)?.resource }).sorted(),
            paths: paths.map(\.description)
        )
        lastChanges.record(entry)
        for (id, release) in tree.releases where release.facts != before[id]?.facts {
            guard let facts = release.facts else { continue }
            publish(id, version: facts.version, definition: facts.definition, by: author)
        }
    }

    /// Adds an entry to the ledger.
    package mutating func publish(_ id: AgentID, version: Int, definition: TreeID, by author: String = "Ada") {
        let entry = ReleaseLedger.Entry(
            version: version,
            definition: definition,
            publishedAt: Self.time(versions.count),
            publishedBy: author,
            revision: revision
        )
        ledger.record(entry, of: id)
    }
}

extension StateFixture {
    /// What the gate says of putting and removing these files.
    package func review(
        _ files: [String: String?],
        introduced: [AgentID: Set<TreeID>] = [:],
        by principal: Principal? = nil
    ) throws -> AdmissionVerdict {
        try review(Self.edits(files), introduced: introduced, by: principal)
    }

    package func review(
        _ edits: [FileEdit],
        introduced: [AgentID: Set<TreeID>] = [:],
        by principal: Principal? = nil
    ) throws -> AdmissionVerdict {
        AdmissionReview(rules: rules, secrets: secrets, ledger: ledger).review(
            from: tree,
            to: try edited(edits),
            touched: edits.map(\.path),
            introduced: introduced,
            by: principal
        )
    }

    /// What the gate says of a plan.
    package func review(_ plan: ChangePlan, by principal: Principal? = nil) -> AdmissionVerdict {
        AdmissionReview(rules: rules, secrets: secrets, ledger: ledger)
            .review(from: tree, to: plan.tree, touched: plan.touched, by: principal)
    }

    /// Plans edits on the present revision.
    package func plan(
        _ operations: ResourceEdit.Operation...,
        precondition: Precondition = .none,
        message: String? = nil
    ) throws -> ChangePlan {
        try plan(ChangeSet(operations.map { ResourceEdit($0, precondition) }, message: message))
    }

    package func plan(_ changes: ChangeSet) throws -> ChangePlan {
        let context = PlanningContext(snapshot: snapshot, rules: rules, secrets: secrets)
        let history = PlanningHistory(definition: definition, files: files, entry: entry)
        return try ChangePlanner.plan(changes, on: context, history)
    }

    /// What a revision has at a path; a fixture keeps nothing of files that the server does not read.
    private func entry(at path: EntryPath, _ revision: CommitID) -> FileVersions.Version? {
        path.text.flatMap { files(at: $0, revision) }?.first.map {
            FileVersions.Version(mode: .blob, id: AnyObjectID(rebinding: $0.blob), content: $0.content)
        }
    }

    /// The definition `wanted`, as git keeps it: from any revision.
    private func definition(_ wanted: TreeID, of id: AgentID) -> [StateFile]? {
        for version in versions.reversed() {
            if let folder = version.agents[id], folder.tree == wanted { return folder.files }
        }
        return nil
    }

    /// The files at or below a path as of a revision.
    private func files(at path: String, _ revision: CommitID) -> [StateFile]? {
        guard let index = versions.indices.first(where: { Self.revision($0 + 1) == revision }) else { return nil }
        let tree = versions[index]
        return tree.allPaths.compactMap(\.text).filter { $0 == path || $0.hasPrefix("\(path)/") }
            .compactMap { tree.file(at: $0) }
    }
}

extension Principal {
    /// Somebody with these scopes.
    package static func test(_ scopes: Set<Scope>) -> Principal {
        Principal(identity: .operator("ada"), name: "Ada", email: "ada@example.com", scopes: scopes)
    }
}
