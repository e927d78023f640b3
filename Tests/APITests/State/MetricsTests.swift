import API
import Documents
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Reconciler
import StateRepo
import Telemetry
import TestSupport
import Testing

@Suite("The figures for monitoring")
struct MetricsTests {
    private static let path = "/metrics"

    private static func lines(_ body: [UInt8]) -> [String] {
        String(decoding: body, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// What there is to read now.
    private static func lines(of server: StateServer) async throws -> [String] {
        lines(try await server.client.send(.get, path).body)
    }

    /// The names of what there is to read.
    private static func names(_ lines: [String]) -> [String] {
        lines.filter { $0.hasPrefix("# TYPE ") }.map { String($0.split(separator: " ")[2]) }
    }

    @Test("say how often which operation was answered how, and how long that took")
    func requests() async throws {
        try await withStateServer { server in
            for path in ["agents", "agents", "agents/nobody"] {
                try await server.client.send(.get, "/api/control-plane/\(path)")
            }
            let answer = try await server.client(.metricsRead).send(.get, Self.path)
            #expect(answer.status == 200)
            #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.headers[.cacheControl] == "no-store")
            let lines = Self.lines(answer.body)
            #expect(lines.contains(#"gitplane_http_requests_total{operation="listAgents",status="200"} 2"#))
            #expect(lines.contains(#"gitplane_http_requests_total{operation="getAgent",status="404"} 1"#))
            #expect(lines.contains(#"gitplane_http_request_duration_seconds_count{operation="listAgents"} 2"#))
            #expect(lines.contains("gitplane_http_requests_in_flight 1"))
        }
    }

    @Test("say how many commits shared a flush, and that git was shown them")
    func commits() async throws {
        try await withStateServer { server in
            for id in ["a", "b"] {
                try await server.client.send(
                    .post,
                    "/api/control-plane/agents",
                    json: ["id": .string(id), "display_name": "A"]
                )
            }
            let lines = try await Self.lines(of: server)
            #expect(lines.contains("gitplane_commits_total 2"))
            #expect(lines.contains(#"gitplane_commit_batch_size_bucket{le="1"} 2"#))
            #expect(lines.contains("gitplane_flush_duration_seconds_count 2"))
            #expect(lines.contains("gitplane_seal_duration_seconds_count 2"))
            #expect(lines.contains("gitplane_writes_waiting 0"))
        }
    }

    @Test("say what is served and how the server is")
    func state() async throws {
        try await withStateServer { server in
            try await server.client.send(.post, "/api/control-plane/agents", json: ["id": "a", "display_name": "A"])
            let lines = try await Self.lines(of: server)
            let state = try await server.client.send(.get, "/api/control-plane/state").json()
            let sequence = try #require(state["sequence"]?.intValue)
            let agents = try #require(state["counts"]?["agents"]?.intValue)
            #expect(lines.contains("gitplane_state_sequence \(sequence)"))
            #expect(lines.contains("gitplane_agents \(agents)"))
            #expect(lines.contains("gitplane_documents_substituted 0"))
            #expect(lines.contains(#"gitplane_condition{type="Ready",status="True"} 1"#))
            #expect(lines.contains(#"gitplane_condition{type="Ready",status="False"} 0"#))
            #expect(lines.contains { $0.hasPrefix("process_resident_memory_bytes ") })
        }
    }

    @Test("say how many skills are served, and when the commit was accepted that is")
    func served() async throws {
        let files = [
            "skills/x/SKILL.md": "---\nname: x\ndescription: Does x.\n---\nX\n",
            "skills/y/SKILL.md": "---\nname: y\ndescription: Does y.\n---\nY\n",
        ]
        try await withStateServer(files) { server in
            let accepted = Int(server.clock.now.timeIntervalSince1970)
            let first = try await Self.lines(of: server)
            #expect(first.contains("gitplane_skills 2") && first.contains("gitplane_agents 0"))
            #expect(first.contains("gitplane_state_accepted_timestamp_seconds \(accepted)"))
            server.clock.advance(by: 5)
            try await server.client.send(.post, "/api/control-plane/agents", json: ["id": "a", "display_name": "A"])
            server.clock.advance(by: 60)
            let second = try await Self.lines(of: server)
            #expect(second.contains("gitplane_state_accepted_timestamp_seconds \(accepted + 5)"))
            try await server.force(["skills/x/SKILL.md": nil])
            let third = try await Self.lines(of: server)
            #expect(third.contains("gitplane_skills 1") && third.contains("gitplane_agents 1"))
            // That commit bears an older time than the one before it.
            #expect(third.contains("gitplane_state_accepted_timestamp_seconds \(accepted + 5)"))
        }
    }

    @Test("say how many watch, and no more when they have left", .timeLimit(.minutes(15)))
    func watches() async throws {
        try await withStateServer([:]) { server in
            let hub = server.services.publisher.watch
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 1...2 {
                    let seat = try hub.takeSeat(.watcher)
                    let start = try seat.subscribe().cursor
                    tasks.addTask { _ = await seat.next(after: start) }
                }
                // They wait for news, and are no reads that do.
                try await until { hub.waitingCount == 2 }
                let lines = try await Self.lines(of: server)
                #expect(lines.contains("gitplane_watches 2") && lines.contains("gitplane_long_polls 0"))
                tasks.cancelAll()
            }
            #expect(try await Self.lines(of: server).contains("gitplane_watches 0"))
        }
    }

    @Test("say how many reads wait for news, and no more when it has come", .timeLimit(.minutes(15)))
    func longPolls() async throws {
        try await withStateServer([:]) { server in
            let path = "/api/control-plane/agents"
            let tag = try await server.client.send(.get, path).headers[.eTag] ?? ""
            let headers: HTTPFields = [.ifNoneMatch: tag, .prefer: "wait=30"]
            #expect(try await Self.lines(of: server).contains("gitplane_long_polls 0"))
            async let waiting = server.client.send(.get, path, headers: headers)
            try await until { server.services.publisher.watch.waitingCount == 1 }
            let lines = try await Self.lines(of: server)
            #expect(lines.contains("gitplane_long_polls 1") && lines.contains("gitplane_watches 0"))
            try await server.client.send(.post, path, json: ["id": "a", "display_name": "A"])
            #expect(try await waiting.status == 200)
            #expect(try await Self.lines(of: server).contains("gitplane_long_polls 0"))
        }
    }

    @Test("say whether the repository is looked after, what was found, and when that last did what it should")
    func maintenance() async throws {
        try await withStateServer { server in
            let board = try #require(server.services.maintenance)
            func lines() async throws -> [String] { try await Self.lines(of: server) }
            func end(_ result: MaintenanceRun.Result, at second: Double, packs: Int) {
                let (began, ended) = (Date(timeIntervalSince1970: second - 1), Date(timeIntervalSince1970: second))
                let census = RepositoryCensus(looseObjects: 7, packs: packs)
                board.end(MaintenanceRun(.pack, began: began, ended: ended, result: result, census: census))
            }
            let idle = try await lines()
            #expect(idle.contains("gitplane_maintenance_running 0"))
            #expect(!idle.contains { $0.hasPrefix("gitplane_repository_packs") })
            board.begin(.pack, at: Date(timeIntervalSince1970: 1_000))
            #expect(try await lines().contains("gitplane_maintenance_running 1"))
            end(.failed("no"), at: 1_001, packs: 2)
            let failed = try await lines()
            #expect(failed.contains("gitplane_maintenance_running 0") && failed.contains("gitplane_repository_packs 2"))
            #expect(!failed.contains { $0.hasPrefix("gitplane_maintenance_last_success") })
            #expect(failed.contains("gitplane_maintenance_last_run_succeeded 0"))
            #expect(failed.contains("gitplane_maintenance_last_run_timestamp_seconds 1001"))
            end(.succeeded, at: 1_002.5, packs: 1)
            #expect(try await lines().contains("gitplane_maintenance_last_run_succeeded 1"))
            end(.failed("no"), at: 1_003, packs: 3)
            let last = try await lines()
            #expect(last.contains("gitplane_maintenance_last_success_timestamp_seconds 1002.5"))
            #expect(last.contains("gitplane_repository_packs 3"))
        }
    }

    @Test("have the names that the documentation has, all of them and no other")
    func documentation() async throws {
        let file = try ShareDirectory.checkout().url.appending(path: "docs/operations.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        let chapter = try #require(page.split(separator: "\n## ").first { $0.hasPrefix("Figures\n") })
        let rows = chapter.split(separator: "\n").filter { $0.hasPrefix("| `") }
        // Names are the code in the first cell, without their labels.
        let documented = rows.flatMap { row in
            row.split(separator: "|")[0].split(separator: "`").filter { $0.first?.isLetter == true }
                .map { String($0.prefix { $0 != "{" }) }
        }
        let spans = MetricsRegistry()
        _ = SpanQueue(metrics: spans)
        try await withStateServer { server in
            // Some have no value before there was a request, and a run that did what it should.
            try await server.client.send(.get, "/api/control-plane/agents")
            let board = try #require(server.services.maintenance)
            let census = RepositoryCensus(looseObjects: 0, packs: 1)
            let time = Date(timeIntervalSince1970: 1_000)
            board.end(MaintenanceRun(.pack, began: time, ended: time, result: .succeeded, census: census))
            let shown = try await Self.names(Self.lines(of: server))
            #expect(Set(shown).union(spans.families().map(\.name)).sorted() == documented.sorted())
        }
    }

    @Test("are in a form that has each name once, with its type before its samples")
    func form() async throws {
        try await withStateServer { server in
            let lines = try await Self.lines(of: server)
            let types = Self.names(lines)
            #expect(types == types.sorted() && Set(types).count == types.count)
            var current: Substring = ""
            for line in lines {
                if line.hasPrefix("# TYPE ") { current = line.split(separator: " ")[2] }
                guard !line.hasPrefix("#") else { continue }
                #expect(line.hasPrefix(current), "\(line)")
                #expect(line.split(separator: " ").last.flatMap { Double($0) } != nil, "\(line)")
            }
        }
    }

    @Test("need their scope, and no other")
    func scope() async throws {
        try await withStateServer { server in
            let answer = try await server.client(.stateRead, .accessAdmin).send(.get, Self.path)
            #expect(answer.status == 403)
            #expect(try answer.json()["code"] == "auth.insufficient_scope")
        }
    }

    @Test(
        "are all that an address of their own has, and need no credential there",
        arguments: [
            (HTTPRequest.Method.get, "/metrics", HTTPResponse.Status.ok), (.head, "/metrics", .ok),
            (.post, "/metrics", .methodNotAllowed), (.get, "/api/control-plane/agents", .notFound),
            (.get, "/metrics/", .notFound), (.get, "/", .notFound),
        ]
    )
    func alone(method: HTTPRequest.Method, path: String, status: HTTPResponse.Status) async throws {
        try await withStateServer { server in
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            let application = buildMetricsApplication(server.metrics, host: "127.0.0.1", port: 0, logger: logger)
            try await application.test(.live) { client in
                try await client.execute(uri: path, method: method) { answer in
                    #expect(answer.status == status)
                    #expect(answer.headers[.allow] == (status == .methodNotAllowed ? "GET, HEAD" : nil))
                    let body = String(buffer: answer.body)
                    #expect(body.contains("gitplane_agents ") == (status == .ok && method == .get))
                }
            }
        }
    }
}
