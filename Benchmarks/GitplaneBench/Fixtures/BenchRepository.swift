import Foundation
import Glibc
import Reconciler
import StateRepo

/// A state repository full of ``SampleAgent``s.
struct BenchRepository: Sendable {
    static let identity = ServerIdentity(instance: "be9c4be9c4be9c4b")

    let path: String

    /// A repository that is there already.
    init(path: String) { self.path = path }

    /// Makes a repository from the template, with one commit that adds all agents, packed as maintenance packs it.
    ///
    /// - Parameters:
    ///   - commits: How many commits follow, each of which changes one field of one agent, all agents in turn.
    ///   - pages: How many follow these, each of which changes one of 100 pages in `docs/`, which git makes much faster.
    init(creating name: String, in folder: BenchFolder, agents: Int, commits: Int = 0, pages: Int = 0) throws {
        self.path = folder.path(name)
        let configuration = RepositoryConfiguration(hooksPath: "\(path)/hooks")
        _ = try GitRepository(creatingBareAt: path, configuration: configuration)
        let start = Date(timeIntervalSince1970: 1_700_000_000)
        try StateStarter(repositoryPath: path, identity: Self.identity, now: start).start(from: [
            TemplateFolder(folder.share.template, as: ""), TemplateFolder(folder.share.state, as: "state"),
            TemplateFolder(folder.share.skills, as: "skills"),
        ])
        var stream = ImportStream(identity: Self.identity)
        stream.commit(
            "agents: add \(agents)",
            files: (0..<agents).map { (SampleAgent.path($0), SampleAgent.definition($0)) }
        )
        for number in 0..<commits {
            let agent = number % agents
            let definition = SampleAgent.definition(agent, edition: number / agents + 1)
            stream.commit(
                "agents/\(SampleAgent.name(agent)): description",
                files: [(SampleAgent.path(agent), definition)]
            )
        }
        for number in 0..<pages {
            let page = "docs/page-\(number % 100).md"
            stream.commit("\(page): edit", files: [(page, "# Page\n\nEdition \(number / 100).\n")])
        }
        try load(stream, input: "\(path).import")
    }

    private func load(_ stream: ImportStream, input: String) throws {
        try Data(stream.bytes).write(to: URL(filePath: input))
        let git = GitCommand(directory: path)
        try git.run("fast-import", "--quiet", input: input)
        try git.run("repack", "-a", "-d", "-q")
        try FileManager.default.removeItem(atPath: input)
    }

    /// Turns every pack into loose objects, as a server leaves them that was never maintained.
    func unpack() throws {
        let packs = URL(filePath: "\(path)/objects/pack")
        for file in try FileManager.default.contentsOfDirectory(at: packs, includingPropertiesForKeys: nil) {
            guard file.pathExtension == "pack" else {
                try FileManager.default.removeItem(at: file)
                continue
            }
            let outside = "\(path)/unpacked.pack"
            try FileManager.default.moveItem(atPath: file.path, toPath: outside)
            try GitCommand(directory: path).run("unpack-objects", "-q", input: outside)
            try FileManager.default.removeItem(atPath: outside)
        }
    }

    /// Writes what is still in memory to the disk, so that it does not happen while something is measured.
    func settle() { sync() }
}
