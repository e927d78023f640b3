import ArgumentParser
import Foundation
import GitTransport
import StateRepo

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what is wrong with a data folder, and who has to do something about it.",
        discussion: """
            Changes nothing, and may run beside a server. Lines that begin with "start" are done by the next start, lines \
            with "you" have to be done by a person. Ends with 1 when there are any of the latter, else with 0.
            """
    )

    @Option(help: "Folder of the server (GITPLANE_DATA_DIR; default: ./data).")
    var dataDir: String?

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
        let folder = try DataFolder.existing(dataDir, environment)
        let examination = Examination(
            folder: folder,
            rules: try .installed(),
            programs: try .installed(environment),
            identityPath: environment["GITPLANE_SECRETS_IDENTITY_FILE"]
        )
        let findings = await examination.findings()
        let mine = findings.count { $0.concern == .person }
        let starts = findings.count { $0.concern == .start }
        StandardStream.output.write(findings.map(\.line) + ["for the next start: \(starts), for you: \(mine)"])
        guard mine == 0 else { throw ExitCode(ExitStatus.findings.rawValue) }
    }
}

extension DataFolder {
    /// The data folder that a command is about.
    ///
    /// - Throws: ``CommandFailure`` (64) when there is none.
    static func existing(_ option: String?, _ environment: [String: String]) throws -> DataFolder {
        let folder = try named(option, environment)
        let files = FileManager.default
        guard files.fileExists(atPath: folder.repository) || files.fileExists(atPath: folder.instance) else {
            throw CommandFailure(.usage, "\(folder.url.path) is no data folder")
        }
        return folder
    }

    /// The folder that a command was given, which need not be there.
    ///
    /// - Throws: ``CommandFailure`` (78) when it cannot be one.
    static func named(_ option: String?, _ environment: [String: String]) throws -> DataFolder {
        var problems: [ConfigurationProblem] = []
        let here = FileManager.default.currentDirectoryPath
        let url = ServerConfiguration.dataDirectory(option, environment, here, &problems)
        guard problems.isEmpty else { throw CommandFailure(.configuration, problems.map { "gitplane: \($0)" }) }
        return DataFolder(url)
    }
}

extension GitPrograms {
    /// - Throws: ``CommandFailure`` (78) when one is missing.
    static func installed(_ environment: [String: String]) throws -> GitPrograms {
        do {
            return try GitPrograms(searching: environment["PATH"] ?? "/usr/bin:/bin")
        } catch {
            throw CommandFailure(.configuration, "\(error)")
        }
    }
}
