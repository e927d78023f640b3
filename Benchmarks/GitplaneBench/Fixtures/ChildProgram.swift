import Foundation
import Glibc

/// A program of another project that runs beside this one, with an environment of its own.
struct ChildProgram {
    /// Debian keeps the programs of each version of PostgreSQL in a folder of their own; the newest comes first.
    private static let folders = ["/usr/bin", "/usr/local/bin"] + databases
    private static var databases: [String] {
        let folder = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return versions.compactMap { Int($0) }.sorted(by: >).map { "\(folder)/\($0)/bin" }
    }

    private let process: Process

    /// Where a program is installed; `nil` when it is not.
    static func path(of name: String) -> String? {
        folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Starts a program.
    ///
    /// - Parameter user: whom it runs as when this program runs as root; `nil` for the same.
    init(_ program: String, _ arguments: [String], user: String? = nil, output: Any = FileHandle.nullDevice) throws {
        process = Process()
        if let user, geteuid() == 0 {
            process.executableURL = URL(filePath: "/usr/sbin/runuser")
            process.arguments = ["-u", user, "--", program] + arguments
        } else {
            process.executableURL = URL(filePath: program)
            process.arguments = arguments
        }
        process.environment = ["PATH": "/usr/bin:/bin:/usr/sbin", "HOME": "/nonexistent", "LC_ALL": "C"]
        process.currentDirectoryURL = URL(filePath: "/")
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// Runs a program to its end.
    ///
    /// - Returns: what it printed.
    @discardableResult
    static func run(_ program: String, _ arguments: [String], user: String? = nil) throws -> String {
        let output = Pipe()
        let child = try ChildProgram(program, arguments, user: user, output: output)
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        child.process.waitUntilExit()
        guard child.process.terminationStatus == 0 else {
            throw BenchError("\(program) \(arguments.joined(separator: " ")): exit \(child.process.terminationStatus)")
        }
        return String(decoding: printed, as: UTF8.self)
    }

    /// Asks it to stop, and waits for its end.
    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
