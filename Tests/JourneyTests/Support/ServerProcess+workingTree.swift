import Documents
import Foundation
import TestSupport

/// Runs `body` with a server that is started with these variables.
func withServer<Result>(
    environment: [String: String],
    isolation: isolated (any Actor)? = #isolation,
    _ body: (ServerProcess) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { directory in
        try await body(ServerProcess(dataIn: directory.appending(path: "data"), environment: environment))
    }
}

extension ServerProcess {
    /// Git in the working tree.
    var workingTree: Git { Git(directory: folder.appending(path: "state").path) }

    func text(_ path: String) throws -> String {
        try String(contentsOf: URL(filePath: workingTree.directory).appending(path: path), encoding: .utf8)
    }

    func write(_ path: String, _ text: String) throws {
        let file = URL(filePath: workingTree.directory).appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }
}

extension LoopbackClient {
    /// Asks again until something holds.
    func waitUntil(_ holds: (LoopbackClient) throws -> Bool) throws {
        let deadline = ContinuousClock.now + ServerProcess.patience
        while try !holds(self) {
            guard ContinuousClock.now < deadline else {
                throw ChildProcess.Failure(description: "it does not come: \(try api("GET", "state"))")
            }
        }
    }

    /// Waits until the working tree shows what is served.
    func waitUntilClean() throws {
        try waitUntil { client in
            let state = try client.api("GET", "state").json()
            return state["working_tree"]?["clean"] == true && state["working_tree"]?["revision"] == state["revision"]
        }
    }
}
