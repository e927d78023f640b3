import Foundation

/// `gitplane serve` as a process of its own: the program beside this one.
struct ServedProgram {
    let port: Int
    private let process: Process

    /// Serves a data folder once it says that it is ready.
    ///
    /// - Parameters:
    ///   - token: what is accepted as `CONTROL_PLANE_API_TOKEN`.
    ///   - hasWorkingTree: whether a working tree follows.
    ///   - maintenance: how often it is looked whether there is any to do.
    ///   - rateLimits: `GITPLANE_RATE_LIMITS`; those of the program while `nil`.
    init(
        dataIn folder: String,
        token: String = RequestBytes.token,
        arguments: [String] = [],
        hasWorkingTree: Bool = false,
        maintenance: String = "1m",
        rateLimits: String? = nil
    ) throws {
        let program = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            .deletingLastPathComponent().appending(path: "gitplane")
        guard FileManager.default.isExecutableFile(atPath: program.path) else {
            throw BenchError("\(program.path) is not built: swift build --configuration release --product gitplane")
        }
        process = Process()
        process.executableURL = program
        process.arguments =
            [
                "serve", "--data-dir", folder, "--port", "0", "--log-level", "warning",
                // The repository is there already.
                "--new-instance",
            ] + (hasWorkingTree ? [] : ["--no-working-tree"]) + arguments
        process.environment = [
            "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "CONTROL_PLANE_API_TOKEN": token,
            "GITPLANE_MAINTENANCE": maintenance,
        ]
        process.environment?["GITPLANE_RATE_LIMITS"] = rateLimits
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var printed = Data()
        while !printed.contains("\n\n".utf8) {
            let part = output.fileHandleForReading.availableData
            guard !part.isEmpty else { throw BenchError("the server does not start") }
            printed += part
        }
        let address = String(decoding: printed, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            .first { $0.hasPrefix("http://") }
        guard let port = address.flatMap({ URL(string: String($0))?.port }) else { throw BenchError("no address") }
        self.port = port
    }

    var processID: Int32 { process.processIdentifier }

    /// Stops the server and waits for its end.
    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}

extension Data {
    fileprivate func contains(_ text: some Collection<UInt8>) -> Bool { firstRange(of: text) != nil }
}
