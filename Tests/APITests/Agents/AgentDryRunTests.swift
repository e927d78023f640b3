import API
import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Dry runs of writes to agents")
struct AgentDryRunTests {
    @Test("A dry run answers like the write, with the differences, and writes nothing")
    func writes() async throws {
        try await withStateServer { server in
            let client = server.client
            try await client.create("atlas", ["documents": ["soul": "S\n"]])
            let head = try server.git.run("rev-parse", "main")
            let objects = try server.git.run("count-objects", "-v")
            let writes: [(HTTPRequest.Method, String, String, Int, [String])] = [
                (.post, Agents.path, "{\"id\":\"b\",\"display_name\":\"B\"}", 201, [Agents.file("b")]),
                (.put, Agents.path("c"), "{\"display_name\":\"C\"}", 201, [Agents.file("c")]),
                (.put, Agents.path("atlas"), "{\"display_name\":\"C\"}", 200, [Agents.file("atlas")]),
                (.patch, Agents.path("atlas"), "{\"description\":\"D\"}", 200, [Agents.file("atlas")]),
                (.patch, Agents.path("atlas"), "{}", 200, []),
                (.put, Agents.path("atlas", "soul"), "{\"content\":\"T\\n\"}", 200, ["state/agents/atlas/soul.md"]),
                (.put, Agents.path("atlas", "rules"), "{\"content\":\"R\\n\"}", 201, ["state/agents/atlas/rules.md"]),
                (.delete, Agents.path("atlas", "soul"), "", 200, ["state/agents/atlas/soul.md"]),
                (.delete, Agents.path("atlas"), "", 200, [Agents.file("atlas"), "state/agents/atlas/soul.md"]),
            ]
            for (method, target, body, status, files) in writes {
                let text = body.isEmpty ? nil : body
                let answer = try await client.send(method, target + "?dry_run=true", body: text)
                #expect(answer.status == status, "\(method) \(target): \(answer.text)")
                #expect(answer.headers[.eTag] == nil)
                #expect(answer.headers[.stateRevision] == head)
                let diff = try #require(try answer.json()["diff"]?.arrayValue)
                #expect(diff.compactMap { $0["file"]?.stringValue } == files)
                #expect(try answer.json()["etag"] == nil)
                if method == .delete { #expect(try answer.json().objectValue?.keys == ["diff"]) }
            }
            #expect(try server.git.run("rev-parse", "main") == head)
            #expect(try server.git.run("count-objects", "-v") == objects)
            #expect(try await client.send(.get, Agents.path("b")).code == "agent.not_found")
        }
    }

    @Test("The differences name each field with its value before and after")
    func differences() async throws {
        try await withStateServer { server in
            try await server.client.create("atlas", ["description": "Old"])
            let answer = try await server.client.patch("atlas", ["description": "New"], query: "?dry_run=true")
            let difference: JSONValue = [
                "resource": "agents/atlas", "file": .string(Agents.file("atlas")), "op": "modify",
                "fields": [["pointer": "/description", "op": "replace", "before": "Old", "after": "New"]],
            ]
            #expect(try answer.json()["diff"] == [difference])
            #expect(try answer.text("description") == "New")
        }
    }

    @Test("A dry run is refused for the same reasons")
    func refusals() async throws {
        try await withStateServer { server in
            let client = server.client
            try await client.create("atlas", ["description": "Old"])
            _ = try await client.patch("atlas", ["description": "Theirs"])
            let again: JSONValue = ["id": "atlas", "display_name": "A"]
            #expect(
                try await client.send(.post, Agents.path + "?dry_run=true", json: again).code == "agent.already_exists"
            )
            let stale: HTTPFields = [.ifMatch: "\"x\""]
            let failed = try await client.patch("atlas", [:], query: "?dry_run=true", headers: stale)
            #expect(failed.code == "state.precondition_failed")
            let mine: JSONValue = ["description": "Mine"]
            let conflict = try await client.patch("atlas", mine, query: "?dry_run=true&base=2")
            #expect(conflict.code == "state.conflict")
            let lost: JSONValue = ["delegation_policy": ["escalate_to": "nobody"]]
            #expect(try await client.patch("atlas", lost, query: "?dry_run=true").code == "state.invalid")
            let merged = try await client.patch("atlas", ["labels": ["a": "b"]], query: "?dry_run=true&base=2")
            #expect(merged.headers[.stateMerged] == "true")
            #expect(try await client.patch("atlas", [:], query: "?dry_run=yes").code == "request.invalid_parameter")
            #expect(try server.commitCount() == 3)
        }
    }
}
