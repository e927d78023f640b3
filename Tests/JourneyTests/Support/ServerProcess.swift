import Documents
import Foundation
import Glibc
import TestSupport

/// A running `gitplane serve`, the program that was built with the tests.
final class ServerProcess {
    /// The server ended instead of getting ready.
    struct StartFailure: Error, CustomStringConvertible {
        let ending: ChildProcess.Ending
        let errors: String

        var description: String { "the server ended (\(ending)) before it was ready:\n\(errors)" }
    }

    /// How long a start or a stop may take on a loaded machine.
    static let patience = Duration.seconds(60)

    let folder: URL
    let client: LoopbackClient
    /// The path of the repository, as the server printed it.
    let repository: String
    /// The path of the working tree, as the server printed it; `nil` when it has none.
    let files: String?
    private let process: ChildProcess

    /// Starts a server on a free port and waits until it says that it is ready.
    ///
    /// - Parameters:
    ///   - folder: its data folder; made when there is none.
    ///   - program: another program than the one built with the tests.
    /// - Throws: ``StartFailure`` when it ends before.
    init(
        dataIn folder: URL,
        program: String? = nil,
        arguments: [String] = [],
        environment: [String: String] = [:]
    ) throws {
        self.folder = folder
        process = try Self.start(program ?? Self.executable(), folder, arguments, environment)
        guard let message = try process.read(within: Self.patience, until: StartMessage.init) else {
            throw StartFailure(ending: try process.waitUntilEnd(within: Self.patience), errors: Self.errors(folder))
        }
        repository = message.repository
        files = message.files
        let token = try environment["CONTROL_PLANE_API_TOKEN"] ?? Self.token(folder)
        client = LoopbackClient(port: message.port, token: token)
    }

    /// Starts a server that has to refuse, and returns how it ended.
    static func refusal(
        dataIn folder: URL,
        arguments: [String] = [],
        environment: [String: String] = [:]
    ) throws -> StartFailure {
        do {
            _ = try ServerProcess(dataIn: folder, arguments: arguments, environment: environment)
        } catch let failure as StartFailure {
            return failure
        }
        throw ChildProcess.Failure(description: "the server started")
    }

    /// Starts a server and kills it after `limit`, or as soon as it is ready.
    static func interruptedStart(dataIn folder: URL, after limit: Duration) throws {
        let process = try start(executable(), folder, [], [:])
        process.waitForOutput(within: limit)
        process.signal(SIGKILL)
        _ = try process.waitUntilEnd(within: patience)
    }

    var processID: pid_t { process.id }

    /// git in the bare repository.
    var git: Git { Git(directory: repository) }

    /// What the server printed.
    var output: String { process.output }

    /// What the server logged.
    var errors: String { Self.errors(folder) }

    /// Asks the server to end, without waiting.
    func terminate() { process.signal(SIGTERM) }

    /// Asks the server to end and waits for it.
    @discardableResult
    func stop() throws -> ChildProcess.Ending {
        terminate()
        return try process.waitUntilEnd(within: Self.patience)
    }

    func waitUntilEnd(within limit: Duration) throws -> ChildProcess.Ending {
        try process.waitUntilEnd(within: limit)
    }

    /// Ends the server as a crash does.
    func kill() throws {
        process.signal(SIGKILL)
        _ = try process.waitUntilEnd(within: Self.patience)
    }

    /// The program beside the tests.
    static func executable() throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(filePath: tests).deletingLastPathComponent().appending(path: "gitplane").path
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw ChildProcess.Failure(description: "\(program) is not built: run swift build --product gitplane")
        }
        return program
    }

    private static func start(
        _ program: String,
        _ folder: URL,
        _ arguments: [String],
        _ environment: [String: String]
    ) throws -> ChildProcess {
        // Journeys ask more than a client may unless they are about just that.
        let closed = [
            "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "GITPLANE_RATE_LIMITS": "off",
        ]
        return try ChildProcess(
            program,
            ["serve", "--data-dir", folder.path, "--port", "0"] + arguments,
            environment: closed.merging(environment) { $1 },
            directory: folder.deletingLastPathComponent().path,
            errors: .file(errorFile(folder))
        )
    }

    private static func errorFile(_ folder: URL) -> String { "\(folder.path).log" }

    private static func errors(_ folder: URL) -> String {
        let content = FileManager.default.contents(atPath: errorFile(folder)) ?? Data()
        return String(decoding: content, as: UTF8.self)
    }

    private static func token(_ folder: URL) throws -> String {
        let text = try String(contentsOf: folder.appending(path: "access-token"), encoding: .utf8)
        return text.trimmingCharacters(in: .newlines)
    }
}

/// What a server prints when it is ready.
private struct StartMessage {
    let port: UInt16
    let repository: String
    let files: String?

    /// `nil` while the message is not complete.
    init?(_ output: String) {
        if output.hasPrefix("{") { self.init(event: output) } else { self.init(text: output) }
    }

    /// An empty line ends the first part of the message.
    private init?(text output: String) {
        guard let end = output.range(of: "\n\n") else { return nil }
        let lines = output[..<end.lowerBound].split(separator: "\n")
        guard lines.contains(where: { $0.hasSuffix("is ready") }) else { return nil }
        func value(_ name: String) -> Substring? {
            lines.first { $0.drop { $0 == " " }.hasPrefix(name + " ") }?.drop { $0 == " " }.dropFirst(name.count)
                .drop { $0 == " " }
        }
        guard let address = value("API").flatMap({ URL(string: String($0)) }), let number = address.port,
            let port = UInt16(exactly: number), let repository = value("repository")
        else { return nil }
        self.port = port
        self.repository = String(repository)
        self.files = value("files").map(String.init)
    }

    /// The message of a server that logs in JSON, which is one line.
    private init?(event output: String) {
        guard let end = output.firstIndex(of: "\n"), let event = try? JSONValue(parsing: Array(output[..<end].utf8)),
            event["message"] == "ready", let port = event["api"]?.stringValue.flatMap({ URL(string: $0)?.port }),
            let number = UInt16(exactly: port), let repository = event["repository"]?.stringValue
        else { return nil }
        self.port = number
        self.repository = repository
        self.files = event["files"]?.stringValue
    }
}
