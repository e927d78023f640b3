import ArgumentParser
import Foundation

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a data folder from a backup, or prove that one could be made.",
        discussion: """
            Every file is compared with the manifest, every object is read, every ref compared, the history counted anew and \
            the state loaded before anything is put in place, in a folder that must have no repository. What else of an \
            installation is there is moved aside and named. Ends with 1 when the backup is not what was written.
            """
    )

    @Argument(help: "The folder that `gitplane backup` made.")
    var backup: String

    @OptionGroup var data: DataFolderOptions

    @Flag(help: "Do all of it in a temporary folder, which is removed.")
    var verify = false

    func run() async throws {
        let restoration = Restoration(
            backup: BackupFolder(url: URL(filePath: backup, directoryHint: .isDirectory).standardizedFileURL),
            rules: try .installed(),
            programs: try .installed(),
            clock: { Date() }
        )
        if verify {
            report(try await Interruption.cleaningUp { try await restoration.verify() }, "the backup is good")
        } else {
            let folder = try data.named()
            let outcome = try await Interruption.cleaningUp { try await restoration.restore(into: folder) }
            report(outcome, "restored to \(folder.url.path)")
        }
    }

    private func report(_ outcome: Restoration.Outcome, _ result: String) {
        let facts = "main is \(outcome.revision), commits: \(outcome.sequence), refs: \(outcome.referenceCount)"
        StandardStream.output.write(["\(result): \(facts)"] + outcome.notes)
    }
}
