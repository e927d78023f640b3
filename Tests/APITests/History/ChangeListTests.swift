import API
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("The history over HTTP")
struct ChangeListTests {
    private static let path = "/api/control-plane/changes"

    private static func agent(_ name: String) -> String { "{\"display_name\": \"\(name)\"}\n" }

    /// 1: start · 2: atlas by Grace, pushed · 3: settings by the API · 4: instructions of atlas by Ada, pushed.
    private func withHistory(_ body: @escaping @Sendable (StateServer) async throws -> Void) async throws {
        try await withStateServer([:]) { server in
            server.clock.advance(by: 60)
            try await Self.commit(
                server,
                ["state/agents/atlas/agent.json": Self.agent("Atlas")],
                "Grace",
                1_800_000_100
            )
            server.clock.advance(by: 600)
            let settings: JSONValue = ["memory": ["max_recall": 7]]
            try await server.client.send(.patch, "/api/control-plane/system-settings", json: settings)
            try await Self.commit(server, ["state/agents/atlas/instructions.md": "Do.\n"], "Ada", 1_800_001_000)
            try await body(server)
        }
    }

    /// A commit by hand at a time of its own.
    private static func commit(
        _ server: StateServer,
        _ files: [String: String],
        _ author: String,
        _ time: Int
    ) async throws {
        let checkout = server.directory.appending(path: "checkout-\(time)")
        let environment = [
            "GIT_AUTHOR_NAME": author, "GIT_AUTHOR_EMAIL": "\(author.lowercased())@example.com",
            "GIT_AUTHOR_DATE": "\(time) +0000", "GIT_COMMITTER_DATE": "\(time) +0000",
        ]
        try server.git.run("clone", "--quiet", server.git.directory, checkout.path)
        let hand = Git(directory: checkout.path, environment: environment)
        for (path, text) in files {
            let file = checkout.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: file)
        }
        try hand.run("add", "--all")
        try hand.run("commit", "--quiet", "-m", "Change by \(author)")
        try hand.run("push", "--quiet", "origin", "HEAD:main")
        try await server.reconcile()
    }

    private static func sequences(_ answer: ContractClient.Answer) throws -> [Int] {
        try answer.json()["items"]?.arrayValue?.compactMap { $0["sequence"]?.intValue } ?? []
    }

    static let filters: [(String, [Int])] = [
        ("", [4, 3, 2, 1]), ("?resource=agents/atlas", [4, 2]), ("?resource=agents", [4, 2]),
        ("?resource=agents/atlas/documents/instructions", [4]), ("?resource=agents/at", []),
        ("?resource=system-settings", [3]), ("?path=state/agents/atlas/agent.json", [2]),
        ("?path=state/agents/", [4, 2]),
        ("?path=state", [4, 3, 2, 1]), ("?author=GRACE", [2]), ("?author=ada@example.com", [4, 3]),
        ("?channel=push", [4, 2]), ("?channel=api", [3, 1]), ("?channel=upstream", []),
        ("?since=2027-01-15T08:01:40Z&until=2027-01-15T08:01:40Z", [2]),
        ("?since=2027-01-15T08:05:00%2B00:00", [4, 3]),
        ("?until=2027-01-15T08:00:00Z", [1]), ("?channel=push&author=ada", [4]), ("?at=2", [2, 1]),
        ("?at=2&resource=agents", [2]),
    ]

    @Test("Every given filter must hold; the newest comes first", arguments: filters)
    func filtering(_ query: String, _ expected: [Int]) async throws {
        try await withHistory { server in
            let outcome71 = try Self.sequences(try await server.client.send(.get, Self.path + query))
            #expect(outcome71 == expected)
        }
    }

    @Test(
        "A parameter that is wrong is 400",
        arguments: [
            "?channel=mail", "?since=yesterday", "?since=2027-02-30T00:00:00Z", "?resource=Agents", "?author=",
            "?limit=0",
            "?limit=201", "?who=ada", "?at=zzz",
        ]
    )
    func wrongParameters(_ query: String) async throws {
        try await withHistory { server in
            let outcome81 = try await server.client.send(.get, Self.path + query).code
            #expect(outcome81 == "request.invalid_parameter")
        }
    }

    @Test("A change tells who made it and by which door")
    func summary() async throws {
        try await withHistory { server in
            let items = try await server.client.send(.get, Self.path).json()["items"]?.arrayValue ?? []
            #expect(items.count == 4)
            #expect(items[2]["author"] == ["name": "Grace", "email": "grace@example.com"])
            #expect(items[2]["subject"] == "Change by Grace")
            #expect(items[2]["time"] == "2027-01-15T08:01:40Z")
            #expect(items[2]["principal"] == nil)
            #expect(items[1]["principal"] == "operator:ada")
            #expect(items[1]["resources"] == ["system-settings"])
            #expect(items[1]["request_id"] != nil)
            #expect(items[1]["parents"] == [items[2]["revision"] ?? nil])
            #expect(items[1]["commits"] == nil)
        }
    }

    @Test("A cursor pins the revision of the first page")
    func pages() async throws {
        try await withHistory { server in
            let first = try await server.client.send(.get, "\(Self.path)?limit=3")
            #expect(try Self.sequences(first) == [4, 3, 2])
            let cursor = try #require(first.json()["next_cursor"]?.stringValue)
            try await server.force(["docs/note.md": "x\n"])
            let second = try await server.client.send(.get, "\(Self.path)?limit=3&cursor=\(cursor)")
            #expect(try Self.sequences(second) == [1])
            #expect(try second.json()["next_cursor"] == nil)
            #expect(second.headers[.stateRevision] == first.headers[.stateRevision])
            let foreign = try await server.client.send(.get, "\(Self.path)?author=ada&cursor=\(cursor)")
            #expect(foreign.code == "request.invalid_cursor")
            let tag = first.headers[.eTag] ?? ""
            let same = try await server.client.send(.get, "\(Self.path)?limit=3&at=4", headers: [.ifNoneMatch: tag])
            #expect(same.status == 200)
        }
    }

    @Test("A list that still is the same is 304")
    func notModified() async throws {
        try await withHistory { server in
            let target = "\(Self.path)?resource=agents"
            let tag = try await server.client.send(.get, target).headers[.eTag] ?? ""
            try await server.force(["docs/note.md": "x\n"])
            #expect(try await server.client.send(.get, target, headers: [.ifNoneMatch: tag]).status == 304)
            try await server.force(["state/agents/atlas/agent.json": Self.agent("Other")])
            #expect(try await server.client.send(.get, target, headers: [.ifNoneMatch: tag]).status == 200)
        }
    }

    @Test("A merge lists the commits that it brought in")
    func merges() async throws {
        try await withHistory { server in
            let checkout = server.directory.appending(path: "merging")
            try server.git.run("clone", "--quiet", server.git.directory, checkout.path)
            let hand = Git(directory: checkout.path)
            try hand.run("checkout", "--quiet", "-b", "topic")
            for text in ["one", "two"] {
                try Data("\(text)\n".utf8).write(to: checkout.appending(path: "README.md"))
                try hand.run("add", "--all")
                try hand.run("commit", "--quiet", "-m", text)
            }
            try hand.run("checkout", "--quiet", "main")
            try hand.run("merge", "--quiet", "--no-ff", "-m", "Merge topic", "topic")
            try hand.run("push", "--quiet", "origin", "main")
            try await server.reconcile()
            let item = try await server.client.send(.get, "\(Self.path)?limit=1").json()["items"]?.arrayValue?.first
            #expect(item?["sequence"] == 5)
            #expect(item?["commits"]?.arrayValue?.compactMap { $0["subject"]?.stringValue } == ["two", "one"])
            let detail = try await server.client.send(.get, "\(Self.path)/5").json()
            #expect(detail["commits"] == item?["commits"])
            #expect(detail["changes"]?.arrayValue?.compactMap { $0["file"]?.stringValue } == ["README.md"])
        }
    }
}
