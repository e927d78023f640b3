import ArgumentParser
import Glibc

/// The program: a server and the commands that go with it.
///
/// Exit codes: 0; 1 findings of `validate`, `init`, `doctor`, `backup`, `restore` or `audit verify`; 64 usage; 69 an address
/// in use; 70 internal; 74 a full disk; 78 configuration; 130 and 143 for what a signal ended.
@main
struct Gitplane: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gitplane",
        abstract: "A control plane for agents whose state is a git repository.",
        version: ProgramVersion.current,
        subcommands: [
            ServeCommand.self, InitCommand.self, HookCommand.self, ValidateCommand.self, SchemaCommand.self,
            ReleaseCommand.self, AuditCommand.self, OwnerCommand.self, SecretsCommand.self, ExecCommand.self,
            DoctorCommand.self, BackupCommand.self, RestoreCommand.self, VersionCommand.self,
        ]
    )

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            let error = CommandFailure.explaining(error)
            if let failure = error as? CommandFailure {
                StandardStream.error.write(failure.lines)
                Glibc.exit(failure.status.rawValue)
            }
            guard exitCode(for: error) == .failure, !(error is ExitCode) else { exit(withError: error) }
            StandardStream.error.write(["gitplane: error: \(error)"])
            Glibc.exit(ExitStatus.internalError.rawValue)
        }
    }
}
