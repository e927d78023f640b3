import ArgumentParser
import Foundation
import Secrets
import StateRepo

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

    @Flag(help: "Copy the identity too, as secrets.key: whoever has the backup can then read every secret.")
    var withIdentity = false

    func run() async throws {
        let source = try data.existing()
        let writer = BackupWriter(
            folder: source,
            programs: try .installed(),
            clock: { Date() },
            identity: withIdentity ? try identity(of: source) : nil
        )
        let target = URL(filePath: folder, directoryHint: .isDirectory).standardizedFileURL
        let manifest = try await Interruption.cleaningUp { try await writer.write(to: target) }
        let size = manifest.files.reduce(0) { $0 + $1.size }
        var lines = [
            "\(target.path): refs: \(manifest.references.count), files: \(manifest.files.count), bytes: \(size)"
        ]
        if !withIdentity, manifest.files.contains(where: { $0.name == BackupFolder.secrets }) {
            lines.append("secrets.key is not in it: back it up elsewhere, or the secrets are lost")
        }
        StandardStream.output.write(lines)
    }

    /// - Throws: ``CommandFailure`` (78) when the settings are wrong.
    private func identity(of folder: DataFolder) throws -> IdentityFile {
        let schemas = try StateRules.installed().schemas.registry
        let path: String?
        do throws(ConfigurationError) {
            let environment = ProcessInfo.processInfo.variables
            path = try SecretsSettings.identityFile(of: folder, environment: environment, schemas: schemas)
        } catch {
            throw CommandFailure(.configuration, error.problems.map { "gitplane: \($0)" })
        }
        return IdentityFile(path: path ?? folder.identity, isOurs: path == nil, faults: .none)
    }
}
