import API
import Documents
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import StateRepo
import TestSupport
import Testing

@Suite("The figures for monitoring")
struct MetricsTests {
    private static let path = "/metrics"

    private static func lines(_ body: [UInt8]) -> [String] {
        String(decoding: body, as: UTF8.self).split(separator: "\n").map(String.init)
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
            let lines = Self.lines(try await server.client.send(.get, Self.path).body)
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
            let lines = Self.lines(try await server.client.send(.get, Self.path).body)
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

    @Test("are in a form that has each name once, with its type before its samples")
    func form() async throws {
        try await withStateServer { server in
            let lines = Self.lines(try await server.client.send(.get, Self.path).body)
            let types = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] }
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
