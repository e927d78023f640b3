import API
import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Preconditions of writes to agents")
struct AgentPreconditionTests {
    /// Every kind of write to the agent `atlas` that has the document `soul`, in an order in which all can be made.
    private static let writes: [(HTTPRequest.Method, String, String?)] = [
        (.put, Agents.path("atlas"), "{\"display_name\":\"A\"}"), (.patch, Agents.path("atlas"), "{}"),
        (.put, Agents.path("atlas", "soul"), "{\"content\":\"T\\n\"}"),
        (.delete, Agents.path("atlas", "soul"), nil), (.delete, Agents.path("atlas"), nil),
    ]

    /// How a client can name the version it edited.
    enum Name: CaseIterable, Sendable {
        case header, body, bodyAndHeader, weakHeader, list, any
    }

    /// A PATCH that names the version `tag`, which has no quotes.
    private func patch(
        _ client: ContractClient,
        _ name: Name,
        _ tag: String,
        _ text: String
    ) async throws -> ContractClient.Answer {
        var body: JSONObject = ["description": .string(text)]
        var headers = HTTPFields()
        switch name {
        case .header: headers[.ifMatch] = "\"\(tag)\""
        case .body: body["etag"] = .string(tag)
        case .bodyAndHeader:
            body["etag"] = .string(tag)
            headers[.ifMatch] = "\"\(tag)\""
        case .weakHeader: headers[.ifMatch] = "W/\"\(tag)\""
        case .list: headers[.ifMatch] = "\"x\", \"\(tag)\""
        case .any: headers[.ifMatch] = "*"
        }
        return try await client.patch("atlas", .object(body), headers: headers)
    }

    @Test("A write is made only to the version that it names", arguments: Name.allCases)
    func match(_ name: Name) async throws {
        try await withStateServer { server in
            let client = server.client
            let old = try await client.create("atlas").text("etag") ?? ""
            let first = try await patch(client, name, old, "First")
            #expect(first.status == (name == .weakHeader ? 412 : 200))
            _ = try await client.patch("atlas", ["labels": ["team": "docs"]])
            let count = try server.commitCount()
            let second = try await patch(client, name, old, "Second")
            guard name != .any else {
                #expect(second.status == 200)
                return
            }
            #expect(second.code == "state.precondition_failed")
            let present = try await client.send(.get, Agents.path("atlas"))
            let details = try #require(try second.json()["details"])
            let tag = try present.text("etag")
            #expect(details["current_etag"]?.stringValue == tag)
            #expect(details["current_revision"]?.stringValue == present.headers[.stateRevision])
            let changed = Set((details["changed"]?.arrayValue ?? []).compactMap(\.stringValue))
            // A weak tag names no version that a write could be compared with.
            #expect(changed == (name == .weakHeader ? [] : ["/description", "/labels"]))
            #expect(try server.commitCount() == count)
        }
    }

    @Test("The tag in the body is compared first, so it must be among those of the header")
    func both() async throws {
        try await withStateServer { server in
            let tag = try await server.client.create("atlas").text("etag") ?? ""
            for (own, header) in [(tag, "\"x\""), ("x", "\"\(tag)\""), ("x", "*")] {
                let body: JSONValue = ["description": "New", "etag": .string(own)]
                let answer = try await server.client.patch("atlas", body, headers: [.ifMatch: header])
                #expect(answer.code == "state.precondition_failed", "\(own) \(header)")
            }
            let body: JSONValue = ["description": "New", "etag": .string(tag)]
            #expect(try await server.client.patch("atlas", body, headers: [.ifMatch: "*"]).status == 200)
        }
    }

    @Test("Every kind of write asks, and what is named by no tag is refused with 400")
    func everyWrite() async throws {
        try await withStateServer { server in
            let client = server.client
            try await client.create("atlas", ["documents": ["soul": "S\n"]])
            for (method, target, body) in Self.writes {
                let stale = try await client.send(method, target, headers: [.ifMatch: "\"x\""], body: body)
                #expect(stale.code == "state.precondition_failed", "\(method) \(target)")
                let malformed = try await client.send(method, target, headers: [.ifMatch: "x"], body: body)
                #expect(malformed.code == "request.invalid_parameter", "\(method) \(target)")
            }
            #expect(try server.commitCount() == 2)
            for (method, target, body) in Self.writes {
                let answer = try await client.send(method, target, headers: [.ifMatch: "*"], body: body)
                #expect(answer.status < 300, "\(method) \(target): \(answer.text)")
            }
        }
    }

    @Test("If-None-Match: * creates and never replaces; tags stop a write of the version that is there")
    func noneMatch() async throws {
        try await withStateServer { server in
            let client = server.client
            for (target, body) in [
                (Agents.path("atlas"), "{\"display_name\":\"A\"}"),
                (Agents.path("atlas", "soul"), "{\"content\":\"S\\n\"}"),
            ] {
                let once = try await client.send(.put, target, headers: [.ifNoneMatch: "*"], body: body)
                #expect(once.status == 201)
                let again = try await client.send(.put, target, headers: [.ifNoneMatch: "*"], body: body)
                #expect(again.code == "state.precondition_failed")
                let tag = try await client.send(.get, target).etag
                #expect(try again.json()["details"]?["current_etag"]?.stringValue.map { "\"\($0)\"" } == tag)
                for text in [tag, "W/\(tag)", "\"x\", \(tag)"] {
                    let same = try await client.send(.put, target, headers: [.ifNoneMatch: text], body: body)
                    #expect(same.code == "state.precondition_failed", "\(text)")
                }
                let other = try await client.send(.put, target, headers: [.ifNoneMatch: "\"x\""], body: body)
                #expect(other.status == 200)
            }
        }
    }

    @Test("If-Match on what is not there: 412 where the write would create it, 404 elsewhere")
    func absent() async throws {
        try await withStateServer { server in
            let client = server.client
            for text in ["*", "\"x\""] {
                let headers: HTTPFields = [.ifMatch: text]
                let put = try await client.send(.put, Agents.path("a"), headers: headers, json: ["display_name": "A"])
                #expect(put.code == "state.precondition_failed")
                #expect(try await client.patch("a", [:], headers: headers).code == "agent.not_found")
                let delete = try await client.send(.delete, Agents.path("a"), headers: headers)
                #expect(delete.code == "agent.not_found")
                let content: JSONValue = ["content": "S\n"]
                let lost = try await client.send(.put, Agents.path("a", "soul"), headers: headers, json: content)
                #expect(lost.code == "agent.not_found")
                let made = try await client.send(
                    .put,
                    Agents.path("release-notes", "soul"),
                    headers: headers,
                    json: content
                )
                #expect(made.code == "state.precondition_failed")
                let gone = try await client.send(.delete, Agents.path("release-notes", "soul"), headers: headers)
                #expect(gone.code == "document.not_found")
            }
            #expect(try server.commitCount() == 1)
        }
    }

    @Test("When the settings demand it, what exists is not written without a version")
    func required() async throws {
        try await withStateServer { server in
            let client = server.client
            try await client.create("atlas", ["documents": ["soul": "S\n"]])
            let settings: JSONValue = ["review": ["require_precondition": true]]
            let asked = try await client.send(.patch, "/api/control-plane/system-settings", json: settings)
            #expect(asked.status == 200)
            let count = try server.commitCount()
            for (method, target, body) in Self.writes {
                let answer = try await client.send(method, target, body: body)
                #expect(answer.code == "state.precondition_required", "\(method) \(target)")
            }
            #expect(try server.commitCount() == count)
            try await client.create("beta")
            let made = try await client.send(.put, Agents.path("beta", "soul"), json: ["content": "S\n"])
            #expect(made.status == 201)
            #expect(try await client.patch("atlas", ["description": "x"], query: "?base=2").status == 200)
        }
    }
}
