import ArgumentParser
import Foundation
import GitTransport

/// The data folder that a command is about.
struct DataFolderOptions: ParsableArguments {
    @Option(help: "Folder of the server (GITPLANE_DATA_DIR; default: ./data).")
    var dataDir: String?

    /// The folder, which need not be there.
    ///
    /// - Throws: ``CommandFailure`` (78) when it cannot be one.
    func named() throws -> DataFolder {
        var problems: [ConfigurationProblem] = []
        let here = FileManager.default.currentDirectoryPath
        let url = ServerConfiguration.dataDirectory(dataDir, ProcessInfo.processInfo.variables, here, &problems)
        guard problems.isEmpty else { throw CommandFailure(.configuration, problems.map { "gitplane: \($0)" }) }
        return DataFolder(url)
    }

    /// - Throws: ``CommandFailure`` (64) when it is none.
    func existing() throws -> DataFolder {
        let folder = try named()
        let files = FileManager.default
        guard files.fileExists(atPath: folder.repository) || files.fileExists(atPath: folder.instance) else {
            throw CommandFailure(.usage, "\(folder.url.path) is no data folder")
        }
        return folder
    }

    /// - Throws: ``CommandFailure`` (64) when it has no accounts and no audit log.
    func withLocal() throws -> DataFolder {
        let folder = try named()
        guard FileManager.default.fileExists(atPath: folder.local) else {
            throw CommandFailure(.usage, "there is no \(folder.local)")
        }
        return folder
    }
}

extension ProcessInfo {
    /// The environment; a variable without text counts as not set.
    var variables: [String: String] { environment.filter { !$0.value.isEmpty } }
}

extension GitPrograms {
    /// - Throws: ``CommandFailure`` (78) when one is missing.
    static func installed() throws -> GitPrograms {
        do {
            return try GitPrograms(searching: ProcessInfo.processInfo.variables["PATH"] ?? "/usr/bin:/bin")
        } catch {
            throw CommandFailure(.configuration, "\(error)")
        }
    }
}
