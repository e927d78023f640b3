import API
import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Merging edits of agents")
struct AgentMergeTests {
    @Test("Edits of different fields come together, whichever way the base is named")
    func disjoint() async throws {
        try await withStateServer { server in
            let client = server.client
            server.clock.advance(by: 60)
            let made = try await client.create("atlas", ["labels": ["a": "1", "b": "2"]])
            server.clock.advance(by: 60)
            let tag = try #require(try made.text("etag"))
            let revision = try #require(made.headers[.stateRevision])
            let bases = [tag, "%22\(tag)%22", revision, String(revision.prefix(9)), "2", "2027-01-15T08:01:30Z"]
            for (number, base) in bases.enumerated() {
                _ = try await client.patch("atlas", ["labels": ["a": .string("theirs \(number)")]])
                let mine: JSONValue = ["labels": ["b": .string("mine \(number)")], "etag": "x"]
                let headers: HTTPFields = [.ifMatch: "\"stale\""]
                let answer = try await client.patch("atlas", mine, query: "?base=\(base)", headers: headers)
                try #require(answer.status == (number == 0 ? 200 : 409), "\(base): \(answer.text)")
                guard number == 0 else { continue }
                #expect(answer.headers[.stateMerged] == "true")
                #expect(try answer.json()["labels"] == ["a": "theirs 0", "b": "mine 0"])
            }
        }
    }

    @Test("Edits of the same field are a conflict that says what stood where")
    func overlapping() async throws {
        try await withStateServer { server in
            let client = server.client
            let tag = try await client.create("atlas", ["description": "Old"]).text("etag") ?? ""
            _ = try await client.patch("atlas", ["description": "Theirs"])
            let count = try server.commitCount()
            let answer = try await client.patch("atlas", ["description": "Mine"], query: "?base=\(tag)")
            #expect(answer.code == "state.conflict")
            let conflict: JSONValue = [
                "pointer": "/description", "base": "Old", "current": "Theirs", "proposed": "Mine",
            ]
            #expect(try answer.json()["details"]?["conflicts"] == [conflict])
            let present = try await client.send(.get, Agents.path("atlas"))
            let own = try present.text("etag")
            #expect(try answer.json()["details"]?["current_etag"]?.stringValue == own)
            #expect(try server.commitCount() == count)
            let agreed = try await client.patch("atlas", ["description": "Theirs"], query: "?base=\(tag)")
            #expect(agreed.status == 200)
            #expect(try server.commitCount() == count)
        }
    }

    @Test("PUT merges what its body changes in the base, documents by lines")
    func put() async throws {
        try await withStateServer { server in
            let client = server.client
            let soul = "One\nTwo\nThree\nFour\nFive\n"
            try await client.create("atlas", ["description": "Old", "documents": ["soul": .string(soul)]])
            let read = try await client.send(.get, Agents.path("atlas"))
            let theirs: JSONValue = ["content": "ONE\nTwo\nThree\nFour\nFive\n"]
            #expect(try await client.send(.put, Agents.path("atlas", "soul"), json: theirs).status == 200)
            var body = try #require(try read.json().objectValue)
            body["description"] = nil
            body["documents"] = ["soul": "One\nTwo\nThree\nFour\nFIVE\n"]
            let tag = try #require(try read.text("etag"))
            let answer = try await client.send(.put, Agents.path("atlas") + "?base=\(tag)", json: .object(body))
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.headers[.stateMerged] == "true")
            #expect(try answer.json()["documents"] == ["soul": "ONE\nTwo\nThree\nFour\nFIVE\n"])
            #expect(try answer.json()["description"] == nil)
        }
    }

    @Test("A document is merged by lines; one that both sides wrote anew is a conflict")
    func document() async throws {
        try await withStateServer { server in
            let client = server.client
            try await client.create("atlas")
            let target = Agents.path("atlas", "soul")
            let new: JSONValue = ["content": "One\nTwo\nThree\n"]
            #expect(try await client.send(.put, target + "?base=2", json: new).status == 201)
            let other: JSONValue = ["content": "Another\n"]
            #expect(try await client.send(.put, target + "?base=2", json: other).code == "state.conflict")
            let tag = try #require(try await client.send(.get, target).text("etag"))
            _ = try await client.send(.put, target, json: ["content": "One\nTwo\nTHREE\n"])
            let mine: JSONValue = ["content": "ONE\nTwo\nThree\n"]
            let merged = try await client.send(.put, target + "?base=\(tag)", json: mine)
            #expect(try merged.text("content") == "ONE\nTwo\nTHREE\n")
            #expect(merged.headers[.stateMerged] == "true")
        }
    }

    @Test("A base that the server does not know is 404, one that can be none is 400")
    func unknownBase() async throws {
        try await withStateServer { server in
            let client = server.client
            try await client.create("atlas")
            let zero = String(repeating: "0", count: 40)
            for base in ["99", "1", zero, "\(zero)-0123456789abcdef", "2001-01-01T00:00:00Z", "abcdef0"] {
                let answer = try await client.patch("atlas", ["description": "x"], query: "?base=\(base)")
                #expect(answer.code == "revision.not_found", "\(base)")
            }
            for base in ["", "main", "W/%22x%22", "%22", "%22%22", "\(zero)-0123", "HEAD"] {
                let answer = try await client.patch("atlas", ["description": "x"], query: "?base=\(base)")
                #expect(answer.code == "request.invalid_parameter", "\(base)")
            }
            #expect(try server.commitCount() == 2)
        }
    }
}
