import ArgumentParser
import Foundation
import StateRepo

struct ReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Write the release file that publishes what is staged of an agent.",
        discussion: """
            Run it in a checkout of the state after git add. It writes state/releases/AGENT.json; commit that together \
            with the definition and push. The server checks the number and the definition again.
            """
    )

    @Argument(help: "Id of the agent.")
    var agent: String

    @Option(help: "Number of the version; the next free one by default.")
    var version: Int?

    func run() throws {
        let id = try AgentID.given(agent)
        if let version, !(1...1_000_000_000).contains(version) {
            throw CommandFailure(.usage, "a version is a number from 1 to 1000000000")
        }
        let draft = try write(id, rules: .installed())
        StandardStream.error.write(draft.notes)
        let state = draft.isUnchanged ? "unchanged, version" : "version"
        StandardStream.output.write(["\(draft.path): \(state) \(draft.version), definition \(draft.definition)"])
    }

    private func write(_ id: AgentID, rules: StateRules) throws -> ReleaseDraft {
        let clone: GitCheckout
        do {
            clone = try GitCheckout(around: FileManager.default.currentDirectoryPath)
        } catch {
            guard error.code == .notFound else { throw error }
            throw CommandFailure(.usage, "this folder is not in a checkout of the state repository")
        }
        guard let root = clone.workingDirectory() else {
            throw CommandFailure(.usage, "a bare repository has nothing staged; run this in a checkout")
        }
        let draft = try ReleaseDraft(agent: id, version: version, in: clone, rules: rules)
        guard !draft.isUnchanged else { return draft }
        let file = URL(filePath: root).appending(path: draft.path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(draft.content).write(to: file, options: .atomic)
        return draft
    }
}
