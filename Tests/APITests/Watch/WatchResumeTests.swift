import API
import Documents
import Foundation
import HTTPTypes
import HummingbirdTesting
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("Coming back to GET /watch", .timeLimit(.minutes(15)))
struct WatchResumeTests {
    private static let path = "/api/control-plane/watch"

    private func agent(_ number: Int) -> [String: String?] {
        ["state/agents/a\(number)/agent.json": "{\"display_name\": \"\(number)\"}\n"]
    }

    /// The sequences of the next changes.
    private func sequences(_ count: Int, of watch: inout WatchReader) async throws -> [Int?] {
        var sequences: [Int?] = []
        for _ in 0..<count { sequences.append(try await watch.data("change")["sequence"]?.intValue) }
        return sequences
    }

    @Test("takes up behind any point of history, by any of its names; Last-Event-ID counts more")
    func points() async throws {
        try await withStateServer([:], .live) { server in
            var revisions = [try server.git.run("rev-parse", "main")]
            for number in 2...5 { revisions.append(try await server.force(agent(number))) }
            let points: [(query: String, headers: [String: String], first: Int)] = [
                ("?since=\(revisions[1])", [:], 3), ("?since=\(revisions[3].revisionPrefix(10))", [:], 5),
                ("?since=1", [:], 2),
                ("", ["Last-Event-ID": revisions[2]], 4), ("?since=1", ["last-event-id": revisions[3]], 5),
            ]
            for (number, point) in points.enumerated() {
                let head = 5 + number
                try await server.watch(point.query, headers: point.headers) { watch in
                    #expect(try await sequences(head + 1 - point.first, of: &watch) == Array(point.first...head))
                    try await server.force(agent(head + 1))
                    #expect(try await sequences(1, of: &watch) == [head + 1])
                }
            }
            // At the head, and without a place, there is nothing to tell but what comes.
            for query in ["?since=10", ""] {
                try await server.watch(query) { watch in
                    _ = try await watch.data("status")
                    let next = try server.commitCount() + 1
                    try await server.force(agent(next))
                    #expect(try await sequences(1, of: &watch) == [next])
                }
            }
        }
    }

    @Test("refuses what names no point, and what never was one")
    func refusals() async throws {
        try await withStateServer([:]) { server in
            let blob = try server.git.run("rev-parse", "main:state/format.json")
            for (query, code) in [
                ("?since=xyz", "request.invalid_parameter"), ("?since=", "request.invalid_parameter"),
                ("?since=2", "revision.not_found"), ("?since=0123456", "revision.not_found"),
                ("?since=\(String(repeating: "0", count: 39))1", "revision.not_found"),
                ("?since=\(blob)", "revision.not_found"),
            ] { #expect(try await server.client.send(.get, Self.path + query).code == code, "\(query)") }
            let answer = try await server.client.send(.get, Self.path, headers: [.lastEventID: "no revision"])
            #expect(answer.code == "request.invalid_parameter")
        }
    }

    @Test("tells every commit of a push, however many, to those who watch and to those who come back")
    func manyCommits() async throws {
        try await withStateServer([:], .live) { server in
            let first = try server.git.run("rev-parse", "main")
            // As many as are told one by one, and one more.
            for count in [StateArchive.maximumPage + 1, 200, 201] {
                let before = try await server.services.publisher.reconcile().sequence
                try await server.watch { watch in
                    _ = try await watch.data("status")
                    try server.git.importCommits(count)
                    try await server.reconcile()
                    let told = try await sequences(count, of: &watch)
                    #expect(told == (1...count).map { before + $0 })
                }
            }
            let all = try server.commitCount()
            try await server.watch("?since=\(first)&resource=agents/a") { watch in
                let told = try await sequences(all - 1, of: &watch)
                #expect(told == (2...all).map { $0 })
            }
        }
    }

    @Test("starts anew with a reset when main was rewound or replaced, for those who watch and for those who come back")
    func rewritten() async throws {
        try await withStateServer([:], .live) { server in
            let first = try server.git.run("rev-parse", "main")
            _ = try await server.force(agent(1))
            let lost = try await server.force(agent(2))
            try await server.watch { watch in
                _ = try await watch.data("status")
                try server.git.run("update-ref", "refs/heads/main", first)
                try await server.reconcile()
                let reset = try await watch.next()
                #expect(reset?.name == "reset" && reset?.id == first)
                let data = try JSONValue(parsing: Array((reset?.data ?? "").utf8))
                #expect(data["lost"] == .string(lost) && data["sequence"] == 1)
                let conditions = try await watch.data("status")["conditions"]?.arrayValue ?? []
                #expect(conditions.contains { $0["type"] == "HistoryRewritten" })
                try await server.force(agent(3))
                #expect(try await watch.data("change")["sequence"] == 2)
            }
            try await server.watch(headers: ["Last-Event-ID": lost]) { watch in
                let data = try await watch.data("reset")
                #expect(try data["revision"] == .string(server.git.run("rev-parse", "main")))
                #expect(data["lost"] == .string(lost) && data["sequence"] == 2)
                try await server.force(agent(4))
                #expect(try await watch.data("change")["sequence"] == 3)
            }
            // Nobody needs the old tip any more: its name is then one that never was.
            try server.git.run("update-ref", "-d", "refs/gitplane/lost/1")
            #expect(try await server.client.send(.get, "\(Self.path)?since=\(lost)").code == "revision.not_found")
        }
    }
}

extension Git {
    /// Adds commits to `main` that each change the agent `a`, at once.
    func importCommits(_ count: Int) throws {
        var stream = ""
        for number in 0..<count {
            let text = "{\"display_name\": \"\(UUID())\"}\n"
            stream += "commit refs/heads/main\ncommitter Ada <ada@example.com> 1700000000 +0000\ndata 2\nx\n\n"
            stream += number == 0 ? "from refs/heads/main^0\n" : ""
            stream += "M 100644 inline state/agents/a/agent.json\ndata \(text.utf8.count)\n\(text)\n"
        }
        try run("fast-import", "--quiet", input: Array(stream.utf8))
    }
}
