import Foundation
import StateRepo
import TestSupport

/// A repository with the template and a working tree beside it.
struct WorkingTreeScenario {
    let fixture: RepositoryFixture
    let folder: WorkingTreeFolder
    var tree: GitWorkingTree
    /// Git in the working tree.
    let git: Git

    static let agent = "state/agents/release-notes/agent.json"

    init(_ fixture: RepositoryFixture) throws {
        self.fixture = fixture
        folder = WorkingTreeFolder(
            root: fixture.directory.appending(path: "state").path,
            repository: fixture.repositoryPath
        )
        tree = GitWorkingTree(folder)
        git = Git(directory: folder.root)
        try recover()
    }

    mutating func recover() throws {
        let repository = try GitRepository(openingBareAt: fixture.repositoryPath)
        try tree.recover(main: id("main"), in: repository)
    }

    mutating func project(_ known: [EntryPath: BlobID] = [:]) throws -> GitWorkingTree.Outcome {
        let repository = try GitRepository(openingBareAt: fixture.repositoryPath)
        return try tree.project(from: id("worktree"), to: id("main"), known: known, in: repository)
    }

    /// Commits files on `main`, elsewhere; `nil` removes one.
    @discardableResult
    func commit(_ files: [String: String?]) throws -> CommitID {
        let clone = try fixture.clone("clone-\(UUID().uuidString)")
        for (path, text) in files {
            if let text { try clone.write(path, text) } else { try clone.remove(path) }
        }
        try clone.commit("change")
        try fixture.git.run("fetch", "--quiet", clone.folder.path, "HEAD")
        try fixture.git.run("update-ref", "refs/heads/main", "FETCH_HEAD")
        return try id("main")
    }

    func id<Kind>(_ expression: String) throws -> ObjectID<Kind> {
        guard let id = ObjectID<Kind>(try fixture.git.run("rev-parse", "--verify", expression)) else {
            throw CocoaError(.coderInvalidValue)
        }
        return id
    }

    func write(_ path: String, _ text: String) throws {
        let file = URL(filePath: folder.root).appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: "\(folder.root)/\(path)") }

    func text(_ path: String) throws -> String {
        try String(contentsOf: URL(filePath: folder.root).appending(path: path), encoding: .utf8)
    }

    /// A file of git's folder for the working tree.
    func own(_ name: String) -> URL { URL(filePath: folder.gitDirectory).appending(path: name) }

    func status() throws -> String { try git.run("status", "--porcelain") }

    /// The edits that a look at every file finds, as `path` or `-path`.
    mutating func edits() throws -> [String] {
        try tree.edits().edits.map { edit in
            switch edit.content {
            case .removed: "-\(edit.path)"
            case .refused(let finding): "!\(edit.path) \(finding.code)"
            case .file: "\(edit.path)"
            }
        }
    }
}

/// Runs `body` with a working tree; afterwards git must find nothing wrong with the repository.
func withWorkingTree(_ body: (inout WorkingTreeScenario) throws -> Void) async throws {
    try await withRepositoryFixture { fixture in
        var scenario = try WorkingTreeScenario(fixture)
        try body(&scenario)
        try fixture.git.run("fsck", "--strict", "--no-dangling")
    }
}
