import API
import Documents
import HTTPTypes
import Reconciler
import StateRepo
import Telemetry
import TestSupport
import Testing

@Suite("The work of a request in a trace", .timeLimit(.minutes(15)))
struct WorkSpanTests {
    private static let agents = "/api/control-plane/agents"
    private static let files = ["state/agents/a/agent.json": "{\"display_name\": \"A\"}\n"]

    private static func request(_ number: Int) throws -> WriteRequest {
        let id = try #require(AgentID("a"))
        return WriteRequest(
            changes: ChangeSet(ResourceEdit(.patchAgent(id, .merge(["description": .string("\(number)")])))),
            principal: Principal(identity: .operator("ada"), name: "Ada", email: "a@b.example", scopes: [.stateWrite]),
            requestID: "request-\(number)"
        )
    }

    @Test("is planned, written and flushed below the request, with the revision that came of it")
    func write() async throws {
        let memory = MemorySpans()
        try await withStateServer(Self.files, spans: memory.spans()) { server in
            let answer = try await server.client.send(
                .patch,
                "\(Self.agents)/a",
                headers: [.contentType: "application/merge-patch+json"],
                json: ["description": "hidden"]
            )
            #expect(answer.status == 200)
            let root = try #require(memory.named("PATCH \(Self.agents)/{agent_id}").first)
            let batch = try #require(memory.named("write batch").first)
            #expect(batch.parent == root.identity.spanID)
            let revision = try server.git.run("rev-parse", "main")
            #expect(batch.texts == ["gitplane.batch.size": "1", "gitplane.revision": revision])
            #expect(memory.named("plan write").first?.parent == root.identity.spanID)
            let parts = memory.all.filter { $0.parent == batch.identity.spanID }
            #expect(parts.map(\.name) == ["flush journal", "index commits"])
            #expect(memory.named("seal journal").first?.identity.traceID == root.identity.traceID)
            #expect(memory.all.allSatisfy { span in !span.texts.values.contains { $0.contains("hidden") } })
        }
    }

    @Test("is planned below its own request, and written together with others in one span that is linked to them")
    func batch() async throws {
        let memory = MemorySpans()
        let spans = memory.spans()
        try await withStateServer(Self.files, spans: spans) { server in
            let publisher = server.services.publisher
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<40 {
                    tasks.addTask {
                        try await spans.withSpan("request") { _ in _ = try await publisher.submit(Self.request(number))
                        }
                    }
                }
                try await tasks.waitForAll()
            }
            let requests = Set(memory.named("request").map(\.identity.spanID))
            #expect(Set(memory.named("plan write").compactMap(\.parent)) == requests)
            let batches = memory.named("write batch")
            #expect(batches.allSatisfy { $0.parent.map(requests.contains) == true })
            #expect(batches.compactMap { $0.texts["gitplane.batch.size"].flatMap(Int.init) }.reduce(0, +) == 40)
            let linked = batches.flatMap(\.links).map(\.spanID)
            #expect(linked.count == 40 - batches.count && Set(linked).isSubset(of: requests))
        }
    }

    @Test("that is refused says why by its code")
    func refused() async throws {
        let memory = MemorySpans()
        try await withStateServer(Self.files, spans: memory.spans()) { server in
            let answer = try await server.client.send(
                .patch,
                "\(Self.agents)/a",
                headers: [.contentType: "application/merge-patch+json"],
                json: ["activation_state": "hidden"]
            )
            #expect(answer.status >= 400)
            let root = try #require(memory.named("PATCH \(Self.agents)/{agent_id}").first)
            #expect(!root.hasFailed && root.texts["gitplane.error.code"] == answer.code)
            #expect(memory.all.allSatisfy { span in !span.texts.values.contains { $0.contains("hidden") } })
        }
    }

    @Test("is a pass where main has moved, with its reason, and none where it has not")
    func reconcile() async throws {
        let memory = MemorySpans()
        try await withStateServer(Self.files, spans: memory.spans()) { server in
            let before = memory.named("reconcile").count
            try server.git.importCommits(3)
            let target = "/api/control-plane/state/reconcile"
            for _ in 0..<2 { #expect(try await server.client.send(.post, target).status == 200) }
            let passes = memory.named("reconcile").dropFirst(before)
            let pass = try #require(passes.first)
            let request = try #require(memory.named("POST \(target)").first)
            #expect(passes.count == 1 && pass.parent == request.identity.spanID)
            #expect(pass.texts["gitplane.reconcile.reason"] == "requested")
            #expect(pass.texts["gitplane.commits"] == "3")
            #expect(try pass.texts["gitplane.revision"] == server.git.run("rev-parse", "main"))
            #expect(memory.named("synchronize index").last?.parent == pass.identity.spanID)
        }
    }

    @Test("is each process of git, by its command and how it ended, also while the answer is written")
    func git() async throws {
        let memory = MemorySpans()
        try await withStateServer(Self.files, spans: memory.spans()) { server in
            let target = "/git/state.git/info/refs"
            let answer = try await server.client.send(.get, "\(target)?service=git-upload-pack")
            #expect(answer.status == 200)
            try await until { !memory.named("git upload-pack").isEmpty }
            let process = try #require(memory.named("git upload-pack").first)
            let request = try #require(memory.named("GET \(target)").first)
            #expect(process.parent == request.identity.spanID)
            #expect(process.texts == ["process.exit.code": "0"])
        }
    }

    @Test("is a verification with the vendor's host, and a write of secrets, without any secret")
    func verification() async throws {
        let memory = MemorySpans()
        try await FakeProvider.run { _ in
            .status(401, "{\"error\": \"canary-key\"}")
        } _: { provider, port in
            try await withStateServer([:], spans: memory.spans()) { server in
                let path = "/api/control-plane/providers/codex/connection"
                let body: JSONValue = ["api_key": "canary-key", "base_url": .string("http://127.0.0.1:\(port)")]
                #expect(try await server.client.send(.put, "\(path)/api-key", json: body).status == 200)
                #expect(try await server.client.send(.post, "\(path)/verify").status >= 400)
                let put = try #require(
                    memory.named("PUT /api/control-plane/providers/{provider_id}/connection/api-key").first
                )
                #expect(memory.named("write secrets").first?.parent == put.identity.spanID)
                let verification = try #require(memory.named("verify connection").first)
                #expect(verification.role == .client && verification.hasFailed)
                #expect(
                    verification.texts == [
                        "http.request.method": "GET", "server.address": "127.0.0.1", "http.response.status_code": "401",
                        "error.type": "credential_rejected",
                    ]
                )
                let received = try #require(provider.received.first)
                #expect(received.headers["traceparent"] == nil && received.headers["tracestate"] == nil)
                #expect(memory.all.allSatisfy { span in !span.texts.values.contains { $0.contains("canary") } })
            }
        }
    }
}
