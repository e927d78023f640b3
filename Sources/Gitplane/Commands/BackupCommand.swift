import ArgumentParser
import Foundation

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy everything that cannot be made again into a folder.",
        discussion: """
            The repository with every ref, the secrets file, accounts and audit log, and the name of the installation; a \
            server may be running and written to. The identity that opens the secrets stays out unless it is asked for: \
            keep it elsewhere. `gitplane restore --verify` proves that the backup is good.
            """
    )

    @Argument(help: "The folder to make; it must not exist.")
    var folder: String

    @OptionGroup var data: DataFolderOptions

    @Flag(help: "Copy secrets.key too: whoever has the backup can then read every secret.")
    var withIdentity = false

    func run() async throws {
        let writer = BackupWriter(
            folder: try data.existing(),
            programs: try .installed(),
            clock: { Date() },
            includesIdentity: withIdentity
        )
        let target = URL(filePath: folder, directoryHint: .isDirectory).standardizedFileURL
        let manifest = try await writer.write(to: target)
        let size = manifest.files.reduce(0) { $0 + $1.size }
        var lines = [
            "\(target.path): refs: \(manifest.references.count), files: \(manifest.files.count), bytes: \(size)"
        ]
        if !withIdentity, manifest.files.contains(where: { $0.name == BackupFolder.secrets }) {
            lines.append("secrets.key is not in it: back it up elsewhere, or the secrets are lost")
        }
        StandardStream.output.write(lines)
    }
}
