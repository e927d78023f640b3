import ArgumentParser
import Foundation
import StateRepo

struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a state as the server's gate does.",
        discussion: """
            Prints each finding as file:line:column: error: message, and ends with 1 when there are errors. Secrets are \
            the server's: nothing is said about missing ones.
            """
    )

    @Argument(help: "Root of a checkout of the state; with --revision also a bare repository.")
    var path = "."

    @Option(help: "Check a commit instead of the files: a full commit id or a branch.")
    var revision: String?

    func run() throws {
        let rules = try StateRules.installed()
        guard let root = realPath(path) else { throw CommandFailure(.usage, "there is no folder \(path)") }
        let source =
            try revision.map { try StateSource.revision($0, at: root, rules: rules) }
            ?? StateSource.folder(root, rules: rules)
        let report = ValidationReport(source, rules: rules)
        StandardStream.output.write(report.lines)
        StandardStream.error.write(report.notes)
        if !report.isValid { throw ExitCode(ExitStatus.findings.rawValue) }
    }

    /// The absolute path without links, as git names the root of a working tree.
    private func realPath(_ path: String) -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return URL(filePath: path).resolvingSymlinksInPath().path
    }
}

extension StateRules {
    /// The rules of this installation; a program that cannot read them cannot work.
    static func installed() throws -> StateRules {
        let share = try ShareDirectory.installed()
        do {
            return try load(share: share)
        } catch {
            throw CommandFailure(.configuration, "the data in \(share.url.path) cannot be used: \(error)")
        }
    }
}
