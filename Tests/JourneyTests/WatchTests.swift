import Foundation
import TestSupport
import Testing

@Suite("Watching a server")
struct WatchTests {
    @Test("tells of an API write and of a push, ends whole when the server stops, and goes on after the next start")
    func journey() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            let watch = try server.client.begin("GET", "/api/control-plane/watch?resource=agents/atlas")
            let isAnswered = watch.begins(within: .seconds(10))
            #expect(isAnswered)
            try server.client.describe("atlas", as: "one")
            let clone = try server.clone(named: "clone")
            try clone.commit(["state/agents/atlas/soul.md": "Calm.\n"])
            try clone.run("push", "--quiet", "origin", "HEAD:main")
            let head = try server.head()
            try server.client.waitUntilShown(head)
            server.terminate()
            #expect(try server.waitUntilEnd(within: .seconds(10)) == .exited(0))
            let changes = StreamedEvent.list(try watch.answer().text).filter { $0.name == "change" }
            #expect(changes.count == 2)
            #expect(changes.last?.id == head)
            #expect(changes.last?.data?.contains("agents/atlas/documents/soul") == true)

            let next = try restart(server)
            let first = changes.first?.id ?? ""
            let headers = ["Authorization": "Bearer \(next.client.token)", "Last-Event-ID": first]
            let port = Int(next.client.port)
            let resumed = try await EventConnection.open(port: port, "/api/control-plane/watch", headers: headers) {
                connection in
                try await connection.next("change")
            }
            #expect(resumed.id == head)
        }
    }
}
