import ArgumentParser
import Foundation
import GitTransport
import StateRepo

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a data folder from an existing repository.",
        discussion: """
            The tip of the branch has to pass the gate; what does not is listed as file:line:column: error: message, and \
            nothing is made. Without it, `gitplane serve` makes a data folder from the template.
            """
    )

    @Option(help: "Address or path of the repository, as git takes it.")
    var from: String

    @Option(help: "The branch that becomes main.")
    var branch = "main"

    @OptionGroup var data: DataFolderOptions

    func run() async throws {
        guard let ref = RefName(branch: branch) else { throw CommandFailure(.usage, "\"\(branch)\" is no branch name") }
        let here = FileManager.default.currentDirectoryPath
        let folder = try data.named()
        let importing = try StateImport(
            folder: folder,
            branch: ref,
            rules: .installed(),
            programs: .installed()
        )
        let address = from
        let outcome = try await Interruption.cleaningUp {
            try await importing.run(from: address, relativeTo: here)
        }
        StandardStream.output.write(outcome.report.lines)
        guard case .made(let revision, let commits, let versions) = outcome.result else {
            StandardStream.error.write(outcome.report.notes + ["nothing was made: repair these, commit, and try again"])
            throw ExitCode(ExitStatus.findings.rawValue)
        }
        StandardStream.output.write([
            "\(folder.repository): main is \(revision), commits: \(commits), published versions: \(versions)",
            "start it: gitplane serve --data-dir \(folder.url.path)",
        ])
    }
}
