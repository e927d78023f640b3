import Documents
import HTTPTypes
import NIOCore
import StateRepo
import TestSupport
import Testing

@testable import API

@Suite("Bodies of agents that are kept")
struct AgentBodiesTests {
    private static let ids = (0..<8).compactMap { AgentID("agent-\($0)") }

    private static func fixture() throws -> StateFixture {
        try StateFixture(
            Dictionary(uniqueKeysWithValues: ids.map { (Agents.file("\($0)"), "{\"display_name\": \"X\"}\n") })
        )
    }

    private func request(_ headers: HTTPFields = [:]) throws -> OperationRequest {
        let operation = try #require(try FakeServer.contract().operation("getItem"))
        return OperationRequest(
            operation: operation,
            principal: nil,
            id: "1",
            query: QueryValues(operation),
            headers: headers
        )
    }

    private func bytes(_ response: OperationResponse) -> ByteBuffer? {
        if case .bytes(let bytes, _) = response.body { bytes } else { nil }
    }

    @Test("No more bodies are kept than allowed, and those that are asked for are always right")
    func count() throws {
        let bodies = AgentBodies(maximumCount: 4, maximumBytes: 1 << 20)
        let snapshot = try Self.fixture().snapshot
        for round in 0..<3 {
            for (index, id) in Self.ids.enumerated() {
                let answer = try bodies.answer(request(), id, snapshot)
                #expect(answer.status == .ok)
                let body = try JSONValue(parsing: Array(try #require(bytes(answer)).readableBytesView))
                #expect(body["id"]?.stringValue == id.description)
                #expect(bodies.size.count <= 4)
                if round == 0, index < 4 { #expect(bodies.size.count == index + 1) }
            }
        }
    }

    @Test("No more bytes are kept than allowed")
    func size() throws {
        let snapshot = try Self.fixture().snapshot
        let one = try #require(bytes(try AgentBodies().answer(request(), Self.ids[0], snapshot))).readableBytes
        let bodies = AgentBodies(maximumCount: 100, maximumBytes: 3 * one)
        for id in Self.ids {
            _ = try bodies.answer(request(), id, snapshot)
            #expect(bodies.size.bytes <= 3 * one)
        }
        #expect(bodies.size.count == 2)
    }

    @Test("A commit that leaves an agent alone leaves its bytes alone, even when the cache is full")
    func revisions() throws {
        var fixture = try Self.fixture()
        let bodies = AgentBodies(maximumCount: Self.ids.count, maximumBytes: 1 << 20)
        for id in Self.ids { _ = try bodies.answer(request(), id, fixture.snapshot) }
        try fixture.commit([Agents.file("agent-0"): "{\"display_name\": \"Y\"}\n"])
        let revision = fixture.snapshot.revision.description
        for id in Self.ids {
            let answer = try bodies.answer(request(), id, fixture.snapshot)
            #expect(answer.headers[.stateRevision] == revision)
            let name = try JSONValue(parsing: Array(try #require(bytes(answer)).readableBytesView))["display_name"]
            #expect(name == (id == Self.ids[0] ? "Y" : "X"))
        }
        #expect(bodies.size.count == Self.ids.count)
    }

    @Test("An agent that is gone is not found, whatever was kept")
    func deleted() throws {
        var fixture = try Self.fixture()
        let bodies = AgentBodies()
        _ = try bodies.answer(request(), Self.ids[0], fixture.snapshot)
        try fixture.commit([Agents.file("agent-0"): nil])
        let error = #expect(throws: StateError.self) { try bodies.answer(request(), Self.ids[0], fixture.snapshot) }
        #expect(error?.code == .agentNotFound)
    }
}
