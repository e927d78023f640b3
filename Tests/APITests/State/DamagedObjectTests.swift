import API
import Documents
import HTTPTypes
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("An object that cannot be read costs no more than what it holds", .timeLimit(.minutes(15)))
struct DamagedObjectTests {
    private static let path = "state/agents/a0/agent.json"

    /// Runs `body` with a server whose agent a0 got a first and a second description.
    private func withEditedAgent(_ body: @escaping @Sendable (StateServer) async throws -> Void) async throws {
        let files = ["a0", "a1"].map { ("state/agents/\($0)/agent.json", "{\"display_name\": \"A\"}\n") }
        try await withStateServer(Dictionary(uniqueKeysWithValues: files)) { server in
            for text in ["one", "two"] { try await describe("a0", as: text, server.client) }
            // The journal would bring back what is damaged.
            await server.services.publisher.close()
            try await body(server)
        }
    }

    private func describe(_ id: String, as text: String, _ client: ContractClient) async throws {
        let answer = try await client.send(
            .patch,
            "/api/control-plane/agents/\(id)",
            headers: [.contentType: "application/merge-patch+json"],
            json: ["description": .string(text)]
        )
        #expect(answer.status == 200)
    }

    /// What `GET /state` says of damage.
    private func findings(_ services: StateServices) throws -> [Diagnostic] {
        let snapshot = try services.snapshots.current
        let report = StateReport(
            snapshot.head,
            rules: services.rules,
            secrets: .empty,
            ledger: snapshot.ledger
        )
        return report.diagnostics.filter { $0.code == Diagnostic.damageCode }
    }

    private func description(_ id: String, _ services: StateServices) throws -> String? {
        let file = try services.snapshots.current.serving.file(at: "state/agents/\(id)/agent.json")
        return try file.map { try JSONValue(parsing: $0.content)["description"]?.stringValue ?? "" }
    }

    @Test(
        "A damaged file or folder is served as it was before, and named with its object",
        arguments: ObjectDamage.allCases
    )
    func belowTheRoot(damage: ObjectDamage) async throws {
        for place in [Self.path, "state/agents/a0", "state/agents", "state"] {
            try await withEditedAgent { server in
                let object = try server.git.run("rev-parse", "main:\(place)")
                let lost = try damage.apply(to: object, in: server.git)
                let services = try await server.restartedServices()
                #expect(try description("a0", services) == "one")
                #expect(try description("a1", services) == "")
                let found = try findings(services)
                #expect(found.map(\.file) == [place])
                #expect(found.first?.message.contains(object) == true)
                #expect(services.conditions[.ready]?.status == .no)
                try lost.putBack()
                try await services.publisher.reconcile()
                #expect(try description("a0", services) == "two")
                #expect(try findings(services).isEmpty)
                #expect(services.conditions[.ready]?.status == .yes)
            }
        }
    }

    @Test(
        "Of a damaged head the newest readable parent is served, and nothing is written",
        arguments: ObjectDamage.allCases
    )
    func head(damage: ObjectDamage) async throws {
        for object in ["main", "main^{tree}"] {
            try await withEditedAgent { server in
                let (name, parent) = (
                    try server.git.run("rev-parse", object), try server.git.run("rev-parse", "main^")
                )
                let lost = try damage.apply(to: name, in: server.git)
                let services = try await server.restartedServicesWithIndex()
                #expect(try services.snapshots.current.revision.description == parent)
                #expect(try description("a0", services) == "one")
                let stalled = try #require(services.conditions[.stalled])
                #expect(stalled.reason == "StorageObjectDamaged")
                #expect(stalled.message.contains(name))
                #expect(services.conditions[.ready]?.status == .no)
                let refused = await #expect(throws: StateError.self) { try await services.publisher.reconcile() }
                #expect(refused?.code == .objectDamaged)
                try lost.putBack()
                try await services.publisher.reconcile()
                #expect(try description("a0", services) == "two")
                #expect(services.conditions[.stalled] == nil)
                #expect(services.conditions[.ready]?.status == .yes)
                let id = try #require(AgentID("a0"))
                let changed = try services.snapshots.current.lastChanges[.agent(id)]
                #expect(try changed?.revision == services.snapshots.current.revision)
            }
        }
    }

    @Test("A damaged object in a pack is no other than one in a file of its own")
    func pack() async throws {
        try await withEditedAgent { server in
            let object = try server.git.run("rev-parse", "main:state/agents")
            let lost = try LostObject.flippingPackedBit(of: object, in: server.git)
            let services = try await server.restartedServices()
            #expect(try description("a1", services) == "")
            #expect(try findings(services).map(\.file) == ["state/agents"])
            try lost.putBack()
        }
    }
}
