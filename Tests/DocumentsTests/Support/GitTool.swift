import Foundation
import TestSupport

/// Runs git on files of a temporary directory, as the judge of what diffs and merges have to be.
struct GitTool {
    let directory: URL

    struct Answer {
        let status: Int32
        let output: [UInt8]
    }

    /// Gives `body` a directory that is removed afterwards.
    static func withDirectory(_ body: (GitTool) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "documents-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer {
            do { try FileManager.default.removeItem(at: directory) } catch { print("left behind: \(directory.path)") }
        }
        try body(GitTool(directory: directory))
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = directory.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: directory.appending(path: name))) }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: directory.appending(path: name).path) }

    func run(_ arguments: String...) throws -> Answer {
        let process = try ChildProcess(
            "/usr/bin/git",
            arguments,
            environment: [
                "PATH": "/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_CEILING_DIRECTORIES": directory.deletingLastPathComponent().path, "LC_ALL": "C",
            ],
            directory: directory.path,
            errors: .file("/dev/null")
        )
        guard case .exited(let status) = try process.waitUntilEnd(within: .seconds(60)) else {
            throw ChildProcess.Failure(description: "git was killed")
        }
        return Answer(status: status, output: process.printed)
    }
}
