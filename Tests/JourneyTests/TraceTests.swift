import Documents
import Foundation
import TestSupport
import Testing

@Suite("A server that is traced")
struct TraceTests {
    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("sends the spans of a request to the collector before it ends, and serves as usual when there is none")
    func collector() async throws {
        let gone = try await FakeProvider.run { _ in
            .status(200)
        } _: { collector, port in
            try await withTemporaryDirectory { directory in
                let server = try Self.server(directory, "http://127.0.0.1:\(port)")
                let body = LoopbackClient.newAgent("atlas", description: "canary")
                let headers = ["traceparent": Self.parent]
                #expect(try server.client.api("POST", "agents", headers: headers, body: body).status == 201)
                #expect(try server.stop() == .exited(0))
                let bodies = collector.received.map(\.body).joined()
                for text in [
                    "4bf92f3577b34da6a3ce929d0e0e4736", "POST /api/control-plane/agents", "plan write", "flush journal",
                ] { #expect(bodies.contains(text)) }
                #expect(!bodies.contains("canary") && !bodies.contains(server.client.token))
                return port
            }
        }
        try await withTemporaryDirectory { directory in
            let server = try Self.server(directory, "http://127.0.0.1:\(gone)")
            for number in 0..<20 { #expect(try server.client.createAgent("a\(number)").status == 201) }
            try server.wait(for: "spans that are given up") {
                try !server.client.send("GET", "/metrics").text.contains("gitplane_spans_dropped_total 0\n")
            }
            #expect(try server.stop() == .exited(0))
        }
    }

    @Test("has the review of a push in the trace of the push")
    func push() async throws {
        try await FakeProvider.run { _ in
            .status(200)
        } _: { collector, port in
            try await withTemporaryDirectory { directory in
                let server = try Self.server(directory, "http://127.0.0.1:\(port)")
                let clone = directory.appending(path: "clone").path
                let address = "http://x:\(server.client.token)@127.0.0.1:\(server.client.port)/git/state.git"
                try server.git.run("clone", "--quiet", address, clone)
                let git = Git(directory: clone)
                try git.run("commit", "--quiet", "--allow-empty", "-m", "Empty")
                try git.run("push", "--quiet", "origin", "HEAD:main")
                #expect(try server.stop() == .exited(0))
                let spans = try collector.received.flatMap { request -> [JSONValue] in
                    let body = try JSONValue(parsing: Array(request.body.utf8))
                    let scopes = body["resourceSpans"]?.arrayValue?.first?["scopeSpans"]?.arrayValue
                    return scopes?.first?["spans"]?.arrayValue ?? []
                }
                let review = try #require(spans.first { $0["name"] == "review push" })
                let push = try #require(spans.first { $0["name"] == "POST /git/state.git/git-receive-pack" })
                #expect(review["traceId"] == push["traceId"] && review["parentSpanId"] == push["spanId"])
                #expect(!collector.received.map(\.body).joined().contains(server.client.token))
            }
        }
    }

    @Test("writes spans to its log when it is told to")
    func log() async throws {
        try await withTemporaryDirectory { directory in
            let server = try Self.server(directory, "log")
            #expect(try server.client.api("GET", "agents", headers: ["traceparent": Self.parent]).status == 200)
            #expect(try server.stop() == .exited(0))
            let lines = server.errors.split(separator: "\n").filter { $0.contains("\"message\":\"span\"") }
            let line = try #require(lines.first { $0.contains("GET /api/control-plane/agents") })
            let span = try JSONValue(parsing: Array(line.utf8))
            #expect(span["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736")
            #expect(span["parent_span_id"] == "00f067aa0ba902b7" && span["http.response.status_code"] == "200")
        }
    }

    private static func server(_ directory: URL, _ traces: String) throws -> ServerProcess {
        try ServerProcess(
            dataIn: directory.appending(path: "data"),
            arguments: ["--log-format", "json"],
            environment: ["GITPLANE_TRACES": traces]
        )
    }
}
