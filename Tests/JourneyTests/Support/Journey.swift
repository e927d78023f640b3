import Documents
import Foundation
import TestSupport

/// Runs `body` with a server on a new data folder; the server is stopped, and the folder removed, afterwards.
func withServer<Result>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (ServerProcess) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { directory in
        try await body(ServerProcess(dataIn: directory.appending(path: "data")))
    }
}

/// Ends a server, when it still runs, and starts another one on its data folder.
func restart(_ server: ServerProcess) throws -> ServerProcess {
    try server.stop()
    return try ServerProcess(dataIn: server.folder)
}

extension LoopbackClient {
    /// The body that creates an agent that can be published.
    static func newAgent(_ id: String, description: String) -> String {
        """
        {"id": "\(id)", "display_name": "Agent", "description": "\(description)", "mission_profile": {"mission": "Answer."}}
        """
    }

    @discardableResult
    func createAgent(_ id: String, description: String = "new") throws -> HTTPAnswer {
        try api("POST", "agents", body: Self.newAgent(id, description: description))
    }

    @discardableResult
    func describe(_ id: String, as description: String) throws -> HTTPAnswer {
        try api("PATCH", "agents/\(id)", body: "{\"description\": \"\(description)\"}")
    }

    func description(of id: String) throws -> String? {
        try api("GET", "agents/\(id)").json()["description"]?.stringValue
    }

    @discardableResult
    func publish(_ id: String) throws -> HTTPAnswer { try api("POST", "agents/\(id)/publish") }

    /// The numbers of the published versions, in order.
    func versions(of id: String) throws -> [Int] {
        let items = try api("GET", "agents/\(id)/versions").json()["items"]?.arrayValue ?? []
        return items.compactMap { $0["version"]?.intValue }.sorted()
    }

    /// All items of a list, page after page.
    func items(_ resource: String) throws -> [JSONValue] {
        var (items, cursor): ([JSONValue], String?) = ([], nil)
        repeat {
            let page = try api("GET", "\(resource)?limit=200" + (cursor.map { "&cursor=\($0)" } ?? "")).json()
            items += page["items"]?.arrayValue ?? []
            cursor = page["next_cursor"]?.stringValue
        } while cursor != nil
        return items
    }

    /// The condition of this type, as `GET /state` shows it.
    func condition(_ type: String) throws -> JSONValue? {
        let conditions = try api("GET", "state").json()["conditions"]?.arrayValue
        return conditions?.first { $0["type"]?.stringValue == type }
    }

    /// Waits until the server shows a revision.
    func waitUntilShown(_ revision: String) throws {
        let deadline = ContinuousClock.now + ServerProcess.patience
        while try api("GET", "agents").headers["x-state-revision"] != revision {
            guard ContinuousClock.now < deadline else {
                throw ChildProcess.Failure(description: "\(revision) is not shown")
            }
        }
    }
}

extension ServerProcess {
    /// The commit that `main` names.
    func head() throws -> String { try git.run("rev-parse", "refs/heads/main") }

    /// A clone beside the data folder.
    func clone(named name: String) throws -> Git {
        let folder = folder.deletingLastPathComponent()
        try Git(directory: folder.path).run("clone", "--quiet", repository, name)
        return Git(directory: folder.appending(path: name).path)
    }

    /// Puts a commit with these files on `main`, round the gate.
    ///
    /// - Returns: the commit.
    @discardableResult
    func force(_ files: [String: String], from name: String) throws -> String {
        let clone = try clone(named: name)
        try clone.commit(files)
        try git.run("fetch", "--quiet", clone.directory, "HEAD")
        try git.run("update-ref", "refs/heads/main", "FETCH_HEAD")
        return try head()
    }
}

extension Git {
    /// Writes files into the working tree and commits them.
    func commit(_ files: [String: String], message: String = "edit") throws {
        for (path, content) in files {
            let file = URL(filePath: directory).appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(content.utf8).write(to: file)
        }
        try run("add", "--all")
        try run("commit", "--quiet", "--message", message)
    }
}
