import Documents
import Foundation
import HTTPTypes
import HummingbirdTesting
import Reconciler
import StateRepo
import TestSupport
import Testing

@testable import API

@Suite("GET /watch", .timeLimit(.minutes(15)))
struct WatchEventTests {
    private static let base = "/api/control-plane"
    private static let atlas: [String: String] = ["state/agents/atlas/agent.json": "{\"display_name\": \"Atlas\"}\n"]

    private func tag(_ server: StateServer, _ path: String) async throws -> JSONValue? {
        let answer = try await server.client.send(.get, "\(Self.base)/\(path)")
        return answer.headers[.eTag].map { .string($0.replacing("\"", with: "")) }
    }

    private func resources(_ change: JSONValue) -> [String?] {
        change["resources"]?.arrayValue?.map { $0["resource"]?.stringValue } ?? []
    }

    @Test(
        "A watch starts with how to come back, where it stands and how the server is; then each change comes as it is made"
    )
    func live() async throws {
        try await withStateServer(Self.atlas, .live) { server in
            let first = try server.git.run("rev-parse", "main")
            let before = try await tag(server, "agents/atlas")
            try await server.watch { watch in
                #expect(watch.connection.status == 200)
                #expect(watch.connection.head.lowercased().contains("content-type: text/event-stream"))
                #expect(watch.connection.head.lowercased().contains("cache-control: no-store"))
                let start = try await watch.next()
                #expect(start?.id == first && start?.retry == "2000" && start?.data == nil)
                let ready = try await watch.data("status")["conditions"]?.arrayValue?.first
                #expect(ready?["type"] == "Ready" && ready?["status"] == "True")

                try await server.client.send(.patch, "\(Self.base)/agents/atlas", json: ["description": "New"])
                let event = try await watch.next()
                let head = try server.git.run("rev-parse", "main")
                #expect(event?.name == "change" && event?.id == head)
                let change = try JSONValue(parsing: Array((event?.data ?? "").utf8))
                #expect(change["revision"] == .string(head) && change["sequence"] == 2 && change["channel"] == "api")
                #expect(change["author"]?["name"] == "Ada")
                #expect(change["subject"]?.stringValue?.hasPrefix("agents/atlas") == true)
                #expect(resources(change) == ["agents/atlas"])
                let resource = change["resources"]?.arrayValue?.first
                #expect(resource?["before"] == before)
                #expect(try await resource?["after"] == tag(server, "agents/atlas"))
            }
        }
    }

    @Test("Who pushed a commit is told with it")
    func pushed() async throws {
        try await withStateServer(Self.atlas, .live) { server in
            let hand = try server.checkout()
            try hand.write("docs/note.md", "x\n")
            let tip = try hand.commit()
            let old = try #require(server.services.snapshots.latest?.revision)
            let principal = Principal.test(Set(Scope.allCases))
            try await server.watch { watch in
                _ = try await watch.data("status")
                try server.git.run("fetch", "--quiet", hand.folder.path, "HEAD")
                let publisher = server.services.publisher
                _ = try await publisher.admit(tip, onto: old, by: principal, requestID: "r-1")
                try server.git.run("update-ref", "refs/heads/main", tip.description, old.description)
                try await server.reconcile()
                let change = try await watch.data("change")
                #expect(change["revision"] == .string(tip.description))
                #expect(change["pushed_by"] == "operator:ada")
                try await server.client.send(.patch, "\(Self.base)/agents/atlas", json: ["description": "New"])
                let next = try await watch.data("change")
                #expect(next["channel"] == "api" && next["pushed_by"] == nil)
            }
            try await server.watch("?since=1") { watch in
                let change = try await watch.data("change")
                #expect(change["pushed_by"] == "operator:ada")
            }
        }
    }

    @Test("A document, a publish and a deletion name their agent too")
    func agents() async throws {
        let files = [
            "state/agents/atlas/agent.json":
                #"{"display_name": "A", "mission_profile": {"mission": "Go."}, "model_policy": {"default_provider": "ollama"}}"#,
            "state/providers/ollama.json": #"{"auth_mode": "local", "base_url": "http://127.0.0.1:11434"}"#,
            "state/system-settings.json":
                #"{"providers": {"ollama_enabled": true, "ollama_default_model": "qwen3:latest"}}"#,
        ]
        try await withStateServer(files, .live) { server in
            try await server.watch { watch in
                let path = "\(Self.base)/agents/atlas"
                let document = try await server.client.send(
                    .put,
                    "\(path)/documents/soul",
                    json: ["content": "Calm.\n"]
                )
                #expect(document.status == 201 || document.status == 200)
                let edited = try await watch.data("change")
                #expect(resources(edited) == ["agents/atlas", "agents/atlas/documents/soul"])
                #expect(edited["resources"]?.arrayValue?.last?["before"] == nil)
                #expect(try await server.client.send(.post, "\(path)/publish").status == 200)
                #expect(resources(try await watch.data("change")) == ["agents/atlas", "releases/atlas"])
                #expect(try await server.client.send(.delete, path).status == 204)
                let deleted = try await watch.data("change")
                #expect(resources(deleted) == ["agents/atlas", "agents/atlas/documents/soul", "releases/atlas"])
                #expect(deleted["resources"]?.arrayValue?.contains { $0["after"] != nil } == false)
            }
        }
    }

    @Test("A filter lets through what it names by whole segments; a heartbeat says how far the watch has come")
    func filters() async throws {
        try await withStateServer(Self.atlas, .live) { server in
            try await server.watch("?resource=agents/atlas&resource=skills") { watch in
                _ = try await watch.data("status")
                try await server.force(["state/agents/atlas2/agent.json": "{\"display_name\": \"2\"}\n"])
                let passed = try await server.force(["docs/note.md": "x\n"])
                server.services.publisher.watch.beat()
                let beat = try await watch.next()
                #expect(beat?.comments == ["heartbeat"] && beat?.id == passed && beat?.data == nil)
                server.services.publisher.watch.beat()
                #expect(try await watch.next()?.id == nil)
                try await server.force([
                    "state/agents/atlas/soul.md": "Calm.\n", "state/agents/atlas2/soul.md": "Calm.\n",
                    "skills/x/SKILL.md": "---\nname: x\ndescription: Does x.\n---\nX\n",
                ])
                let change = try await watch.data("change")
                #expect(change["sequence"] == 4)
                #expect(resources(change) == ["agents/atlas", "agents/atlas/documents/soul", "skills/x"])
            }
        }
    }

    @Test("Filters are bounded in number and form")
    func filterLimits() async throws {
        try await withStateServer([:]) { server in
            let many = (0...WatchFilter.maximumCount).map { "resource=agents/a\($0)" }
            let few = many.dropLast().joined(separator: "&")
            let head = try await server.client.send(.head, "\(Self.base)/watch?\(few)")
            #expect(head.status == 200)
            let refused = ["?\(many.joined(separator: "&"))", "?resource=", "?resource=a//b", "?resource=../x", "?x=1"]
            for query in refused {
                let answer = try await server.client.send(.get, "\(Self.base)/watch\(query)")
                #expect(answer.code == "request.invalid_parameter", "\(query)")
            }
        }
    }

    @Test("Conditions are told when they change")
    func status() async throws {
        try await withStateServer(Self.atlas, .live) { server in
            try await server.watch { watch in
                _ = try await watch.data("status")
                try await server.force(["state/agents/atlas/agent.json": "{"])
                let broken = try await watch.data("status")["conditions"]?.arrayValue?.first
                #expect(broken?["status"] == "False" && broken?["reason"] == "InvalidDocuments")
                try await server.force(Self.atlas)
                let repaired = try await watch.data("status")["conditions"]?.arrayValue?.first
                #expect(repaired?["status"] == "True")
            }
        }
    }

    @Test("The watch of a client that leaves is over, and so is every watch when the server stops")
    func ends() async throws {
        try await withStateServer([:], .live) { server in
            let hub = server.services.publisher.watch
            try await server.watch { watch in
                _ = try await watch.next()
                #expect(hub.watcherCount == 1)
            }
            try await until { hub.watcherCount == 0 }
            try await server.watch { watch in
                _ = try await watch.data("status")
                hub.close()
                #expect(try await watch.next() == nil)
            }
            let refused = try await server.client.send(.get, "\(Self.base)/watch")
            #expect(refused.code == "state.unavailable" && refused.headers[.retryAfter] != nil)
        }
    }

    @Test("Reading the state is what a watcher must be allowed to")
    func scope() async throws {
        try await withStateServer([:]) { server in
            let answer = try await server.client(.stateWrite).send(.get, "\(Self.base)/watch")
            #expect(answer.code == "auth.insufficient_scope")
        }
    }
}
