import API
import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Published versions over HTTP")
struct VersionTests {
    private static let agent = "/api/control-plane/agents/atlas"

    /// A server with the versions 1 to `count`, whose missions say which.
    private func withVersions(
        _ count: Int,
        _ body: @escaping @Sendable (StateServer) async throws -> Void
    ) async throws {
        try await withStateServer(PublishJourneyTests.ready) { server in
            for version in 1...count {
                let mission: JSONValue = ["mission_profile": ["mission": .string("Mission \(version)")]]
                try await server.client.send(.patch, Self.agent, json: mission)
                let answer = try await server.client.send(.post, "\(Self.agent)/publish")
                try #require(answer.status == 200)
            }
            try await body(server)
        }
    }

    @Test("The ledger is listed newest first, in pages of one state")
    func list() async throws {
        try await withVersions(5) { server in
            let first = try await server.client.send(.get, "\(Self.agent)/versions?limit=2")
            let cursor = try #require(first.json()["next_cursor"]?.stringValue)
            try await server.client.send(.patch, Self.agent, json: ["description": "later"])
            try await server.client.send(.post, "\(Self.agent)/publish")
            let second = try await server.client.send(.get, "\(Self.agent)/versions?limit=2&cursor=\(cursor)")
            let next = try #require(second.json()["next_cursor"]?.stringValue)
            let third = try await server.client.send(.get, "\(Self.agent)/versions?limit=2&cursor=\(next)")
            let pages = try [first, second, third].map { answer in
                try answer.json()["items"]?.arrayValue?.compactMap { $0["version"]?.intValue } ?? []
            }
            #expect(pages == [[5, 4], [3, 2], [1]])
            #expect(try third.json()["next_cursor"] == nil)
            #expect(first.headers[.stateRevision] == third.headers[.stateRevision])
            let tag = try await server.client.send(.get, "\(Self.agent)/versions").headers[.eTag] ?? ""
            let same = try await server.client.send(.get, "\(Self.agent)/versions", headers: [.ifNoneMatch: tag])
            #expect(same.status == 304)
        }
    }

    @Test("A version shows who published it from which revision, and the definition as a PUT takes it")
    func detail() async throws {
        try await withVersions(3) { server in
            let list = try await server.client.send(.get, "\(Self.agent)/versions").json()["items"]?.arrayValue ?? []
            for entry in list {
                let number = try #require(entry["version"]?.intValue)
                let answer = try await server.client.send(.get, "\(Self.agent)/versions/\(number)")
                let body = try answer.json()
                for member in entry.objectValue ?? [:] { #expect(body[member.key] == member.value) }
                #expect(body["content"]?["mission_profile"]?["mission"] == .string("Mission \(number)"))
                #expect(answer.headers[.eTag] == body["etag"]?.stringValue.map { "\"\($0)\"" })
                let tag = answer.headers[.eTag] ?? ""
                let same = try await server.client.send(
                    .get,
                    "\(Self.agent)/versions/\(number)",
                    headers: [.ifNoneMatch: tag]
                )
                #expect(same.status == 304)
            }
            let first = try await server.client.send(.get, "\(Self.agent)/versions/1").json()["content"] ?? [:]
            let put = try await server.client.send(.put, Self.agent, json: first)
            #expect(put.status == 200)
            #expect(try put.json()["mission_profile"]?["mission"] == "Mission 1")
            let rolledBack = try await server.client.send(.post, "\(Self.agent)/publish").json()
            #expect(rolledBack["version"] == 4)
        }
    }

    @Test(
        "Numbers that were never published are not found",
        arguments: ["0", "4", "-1", "01", "x", "1e0", "99999999999999999999"]
    )
    func unknownVersions(_ text: String) async throws {
        try await withVersions(3) { server in
            let answer = try await server.client.send(.get, "\(Self.agent)/versions/\(text)")
            #expect(answer.code == "agent.version_not_found")
        }
    }

    @Test("As of an earlier revision, later versions are not there")
    func past() async throws {
        try await withVersions(3) { server in
            let revision = try await server.client.send(.get, "\(Self.agent)/versions/2").json()["revision"]?
                .stringValue
            let at = try #require(revision)
            let list = try await server.client.send(.get, "\(Self.agent)/versions?at=\(at)").json()["items"]?.arrayValue
            #expect(list?.compactMap { $0["version"]?.intValue } == [2, 1])
            let later = try await server.client.send(.get, "\(Self.agent)/versions/3?at=\(at)")
            #expect(later.code == "agent.version_not_found")
            let unknown = try await server.client.send(.get, "\(Self.agent)/versions?at=999")
            #expect(unknown.code == "revision.not_found")
            let nobody = try await server.client.send(.get, "/api/control-plane/agents/nobody/versions")
            #expect(nobody.code == "agent.not_found")
        }
    }

    @Test("A deleted and re-created agent goes on counting")
    func recreated() async throws {
        try await withVersions(2) { server in
            let definition = try await server.client.send(.get, "\(Self.agent)/versions/2").json()["content"] ?? [:]
            #expect(try await server.client.send(.delete, Self.agent).status == 204)
            #expect(try await server.client.send(.get, "\(Self.agent)/versions").code == "agent.not_found")
            #expect(try await server.client.send(.put, Self.agent, json: definition).status == 201)
            #expect(try await server.client.send(.get, "\(Self.agent)/versions/1").status == 200)
            let next = try await server.client.send(.post, "\(Self.agent)/publish").json()
            #expect(next["version"] == 3)
        }
    }
}
