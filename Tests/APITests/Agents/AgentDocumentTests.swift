import API
import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Documents of agents")
struct AgentDocumentTests {
    @Test("Every kind can be written, read and deleted", arguments: DocumentKind.allCases)
    func journey(_ kind: DocumentKind) async throws {
        try await withStateServer { server in
            let client = server.client
            try await client.create("atlas")
            let target = Agents.path("atlas", kind.rawValue)
            #expect(try await client.send(.get, target).code == "document.not_found")
            let made = try await client.send(.put, target, json: ["content": "# T\u{E9}xt\n"])
            #expect(made.status == 201)
            #expect(made.headers[.location] == target)
            #expect(try made.json().objectValue?.keys.first == "kind")
            let read = try await client.send(.get, target)
            #expect(read.body == made.body)
            #expect(read.etag == made.etag)
            let file = try server.git.output(["show", "main:state/agents/atlas/\(kind.fileName)"])
            #expect(Array(file) == Array("# T\u{E9}xt\n".utf8))
            let changed = try await client.send(.put, target, json: ["content": ""])
            #expect(changed.status == 200)
            #expect(changed.headers[.location] == nil)
            #expect(try await client.send(.delete, target).status == 204)
            #expect(try await client.send(.delete, target).code == "document.not_found")
        }
    }

    @Test("What was read can be sent back, and what only the server sets cannot be set")
    func serverOwned() async throws {
        try await withStateServer { server in
            let client = server.client
            try await client.create("atlas", ["documents": ["soul": "S\n"]])
            let target = Agents.path("atlas", "soul")
            let read = try await client.send(.get, target)
            #expect(try await client.send(.put, target, body: read.text).status == 200)
            let wrong: [(String, JSONValue)] = [
                ("kind", "rules"), ("updated_at", "2001-01-01T00:00:00Z"), ("updated_by", "Eve"),
                ("updated_revision", "0123456789012345678901234567890123456789"),
            ]
            for (member, value) in wrong {
                let body: JSONObject = ["content": "T\n", member: value]
                let answer = try await client.send(.put, target, json: .object(body))
                #expect(answer.code == "request.invalid", "\(member)")
                #expect(try answer.pointers() == ["/\(member)"])
                let merged = try await client.send(.put, target + "?base=2&dry_run=true", json: .object(body))
                #expect(merged.status == 200, "\(member)")
            }
            let stale = try await client.send(.put, target, json: ["content": "T\n", "etag": "x"])
            #expect(stale.code == "state.precondition_failed")
            #expect(try server.commitCount() == 2)
        }
    }

    @Test("A kind that does not exist, or an agent, is not found")
    func notFound() async throws {
        try await withStateServer { server in
            let client = server.client
            try await client.create("atlas")
            for kind in ["poem", "Soul", "soul.md", "system-prompt", "..", "souL", "soul%20"] {
                let target = Agents.path("atlas", kind)
                #expect(try await client.send(.get, target).code == "document.not_found", "\(kind)")
                #expect(try await client.send(.put, target, json: ["content": "x"]).code == "document.not_found")
                #expect(try await client.send(.delete, target).code == "document.not_found")
            }
            let target = Agents.path("nobody", "soul")
            #expect(try await client.send(.get, target).code == "agent.not_found")
            #expect(try await client.send(.put, target, json: ["content": "x"]).code == "agent.not_found")
            #expect(try await client.send(.delete, target).code == "agent.not_found")
            #expect(try server.commitCount() == 2)
        }
    }

    @Test("A document holds 100,000 characters and not one more, whatever they weigh")
    func size() async throws {
        try await withStateServer { server in
            try await server.client.create("atlas")
            let target = Agents.path("atlas", "soul")
            for character in ["a", "\u{20AC}"] {
                let text = String(repeating: character, count: DocumentKind.maximumCharacters)
                let full = try await server.client.send(.put, target, json: ["content": .string(text)])
                #expect(full.status < 300)
                let more = try await server.client.send(.put, target, json: ["content": .string(text + "a")])
                #expect(more.code == "request.invalid")
                #expect(try more.pointers() == ["/content"])
            }
        }
    }

    @Test("A document has a tag of its own, and its agent's changes with it")
    func tags() async throws {
        try await withStateServer { server in
            let client = server.client
            try await client.create("atlas", ["documents": ["soul": "S\n", "rules": "R\n"]])
            let rules = try await client.send(.get, Agents.path("atlas", "rules")).etag
            let agent = try await client.send(.get, Agents.path("atlas")).etag
            let answer = try await client.send(.put, Agents.path("atlas", "soul"), json: ["content": "T\n"])
            #expect(try await client.send(.get, Agents.path("atlas", "soul")).etag == answer.etag)
            #expect(try await client.send(.get, Agents.path("atlas", "rules")).etag == rules)
            #expect(try await client.send(.get, Agents.path("atlas")).etag != agent)
        }
    }
}
