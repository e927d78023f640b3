import API
import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Agents that came broken round the gate")
struct AgentRepairTests {
    @Test("The last good version is served; PATCH waits for a repair, PUT is one")
    func repair() async throws {
        try await withStateServer { server in
            let client = server.client
            try await client.create("atlas", ["description": "Good", "labels": ["a": "1"]])
            try await client.create("other")
            try await server.force([Agents.file("atlas"): "{\n  \"display_name\": \"Atlas\",\n  oops\n}\n"])
            let read = try await client.send(.get, Agents.path("atlas") + "?include=diagnostics")
            #expect(try read.text("description") == "Good")
            let finding = try #require(try read.json()["diagnostics"]?.arrayValue?.first)
            #expect(finding["line"] == 3)
            #expect(finding["file"]?.stringValue == Agents.file("atlas"))
            #expect(try await client.send(.get, Agents.path("other")).status == 200)
            #expect(try await client.patch("other", ["description": "Still writable"]).status == 200)
            let patched = try await client.patch("atlas", ["description": "New"])
            #expect(patched.code == "state.head_invalid")
            let tag = try #require(try read.text("etag"))
            var body = try #require(try read.json().objectValue)
            body["diagnostics"] = nil
            body["description"] = "Repaired"
            let put = try await client.send(.put, Agents.path("atlas") + "?base=\(tag)", json: .object(body))
            #expect(put.status == 200, "\(put.text)")
            #expect(try put.text("description") == "Repaired")
            #expect(try put.json()["labels"] == ["a": "1"])
            #expect(try await client.patch("atlas", ["description": "New"]).status == 200)
            let past = try await client.patch("atlas", ["description": "x"], query: "?base=\(tag)")
            #expect(past.code == "revision.not_found")
        }
    }

    @Test("An agent that was never good is not shown, cannot be taken for absent, and can be repaired or deleted")
    func neverGood() async throws {
        try await withStateServer { server in
            let client = server.client
            for id in ["broken", "worse"] { try await server.force([Agents.file(id): "{\"display_name\": 1}\n"]) }
            #expect(try await client.send(.get, Agents.path).ids() == ["release-notes"])
            #expect(try await client.send(.get, Agents.path("broken")).code == "agent.not_found")
            let soul: JSONValue = ["content": "S\n"]
            #expect(try await client.send(.put, Agents.path("broken", "soul"), json: soul).code == "agent.not_found")
            let definition: JSONValue = ["display_name": "B"]
            let only: HTTPFields = [.ifNoneMatch: "*"]
            let create = try await client.send(.put, Agents.path("broken"), headers: only, json: definition)
            #expect(create.code == "state.precondition_failed")
            let post = try await client.send(.post, Agents.path, json: ["id": "broken", "display_name": "B"])
            #expect(post.code == "agent.already_exists")
            #expect(try await client.patch("broken", [:]).code == "state.head_invalid")
            let any: HTTPFields = [.ifMatch: "*"]
            let put = try await client.send(.put, Agents.path("broken"), headers: any, json: definition)
            #expect(put.status == 200, "\(put.text)")
            #expect(try await client.send(.delete, Agents.path("worse")).status == 204)
        }
    }

    @Test("A broken document is shown in its last good version")
    func document() async throws {
        try await withStateServer { server in
            let client = server.client
            try await client.create("atlas", ["documents": ["soul": "Good\n"]])
            let long = String(repeating: "x", count: DocumentKind.maximumCharacters + 1)
            try await server.force(["state/agents/atlas/soul.md": long])
            let read = try await client.send(.get, Agents.path("atlas", "soul"))
            #expect(try read.text("content") == "Good\n")
            #expect(try await client.send(.get, Agents.path("atlas")).json()["documents"] == ["soul": "Good\n"])
            #expect(try await client.patch("atlas", ["description": "x"]).code == "state.head_invalid")
            let put = try await client.send(.put, Agents.path("atlas", "soul"), json: ["content": "Better\n"])
            #expect(put.status == 200)
            #expect(try await client.patch("atlas", ["description": "x"]).status == 200)
        }
    }
}
