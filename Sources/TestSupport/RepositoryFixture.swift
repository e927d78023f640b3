package import Foundation
import HashTreeCollections
package import StateRepo

/// A bare repository with the template of the checkout on `main`, and the rules that ship with the program.
package struct RepositoryFixture: Sendable {
    /// Holds `state.git` and the clones.
    package let directory: URL
    package let rules: StateRules
    package let identity = ServerIdentity(instance: "0123456789abcdef")

    package var repositoryPath: String { directory.appending(path: "state.git").path }

    /// Git in the bare repository.
    package var git: Git { Git(directory: repositoryPath) }

    fileprivate init(in directory: URL) throws {
        self.directory = directory
        self.rules = try StateFixture.rules()
        let hooks = directory.appending(path: "state.git/hooks").path
        _ = try GitRepository(creatingBareAt: repositoryPath, configuration: RepositoryConfiguration(hooksPath: hooks))
        let bundle = directory.appending(path: "template.bundle")
        try Self.template.get().write(to: bundle)
        try git.run("fetch", "--quiet", bundle.path, "main:main")
    }

    /// One commit that holds the template, as git bundles it; made once, because many tests start from it.
    private static let template = Result {
        let folder = URL.temporaryDirectory.appending(path: "gitplane-template-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let copy = WorkingCopy(folder: folder, git: Git(directory: folder.path))
        try copy.git.run("init", "--quiet", "--initial-branch", "main")
        let share = try ShareDirectory.ofThisProgram()
        for source in [share.state, share.skills] {
            try FileManager.default.copyItem(at: source, to: folder.appending(path: source.lastPathComponent))
        }
        try copy.commit("template")
        return try copy.git.output(["bundle", "create", "--quiet", "-", "main"])
    }

    /// A clone of the repository, checked out.
    package func clone(_ name: String) throws -> WorkingCopy {
        try Git(directory: directory.path).run("clone", "--quiet", repositoryPath, name)
        let folder = directory.appending(path: name)
        return WorkingCopy(folder: folder, git: Git(directory: folder.path))
    }

    /// What a server would serve of `main`.
    ///
    /// - Parameter ledger: what was published; the releases of the head are added.
    package func snapshot(ledger: ReleaseLedger = ReleaseLedger()) throws -> StateSnapshot {
        let repository = try GitRepository(openingBareAt: repositoryPath)
        guard let revision = try repository.target(of: .main) else { throw CocoaError(.fileNoSuchFile) }
        let root = try repository.readCommit(revision).tree
        let tree = try StateLoader(decoder: rules.decoder).load(root, in: repository)
        var ledger = ledger
        for id in tree.agentIDs {
            guard let facts = tree.releases[id]?.facts else { continue }
            ledger.record(.test(facts.version, facts.definition, revision), of: id)
        }
        return StateSnapshot(
            revision: revision,
            sequence: 1,
            acceptedAt: .distantPast,
            rootTree: root,
            head: tree,
            serving: tree,
            substitutes: [:],
            lastChanges: LastChanges(),
            ledger: ledger,
            dataVersion: rules.dataVersion
        )
    }
}

/// Runs `body` with a fresh ``RepositoryFixture``.
package func withRepositoryFixture<Result>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (RepositoryFixture) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { try await body(RepositoryFixture(in: $0)) }
}

extension ReleaseLedger.Entry {
    package static func test(_ version: Int, _ definition: TreeID, _ revision: CommitID) -> Self {
        Self(
            version: version,
            definition: definition,
            publishedAt: .distantPast,
            publishedBy: "Ada",
            revision: revision
        )
    }
}

/// A clone in which a person works.
package struct WorkingCopy: Sendable {
    package let folder: URL
    package let git: Git

    package init(folder: URL, git: Git) {
        self.folder = folder
        self.git = git
    }

    package func write(_ path: String, _ text: String) throws {
        let file = folder.appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    package func remove(_ path: String) throws { try FileManager.default.removeItem(at: folder.appending(path: path)) }

    /// Commits everything that is in the folder.
    @discardableResult
    package func commit(_ message: String = "change", as more: [String: String] = [:]) throws -> CommitID {
        try git.run("add", "--all")
        try git.setting(more).run("commit", "--quiet", "--allow-empty", "--message", message)
        return try id("HEAD")
    }

    /// What a revision expression of git names.
    package func id<Kind>(_ expression: String) throws -> ObjectID<Kind> {
        guard let id = ObjectID<Kind>(try git.run("rev-parse", "--verify", expression)) else {
            throw CocoaError(.coderInvalidValue)
        }
        return id
    }
}
