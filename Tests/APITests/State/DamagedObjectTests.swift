import API
import Documents
import Foundation
import HTTPTypes
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("An object that cannot be read costs no more than its file's newest version", .timeLimit(.minutes(1)))
struct DamagedObjectTests {
    private static let path = "state/agents/a0/agent.json"

    enum Damage: String, CaseIterable { case truncated, garbage, empty, missing }

    @Test("A server that starts serves the version before, and names file and object", arguments: Damage.allCases)
    func start(damage: Damage) async throws {
        let files = ["a0", "a1"].map { ("state/agents/\($0)/agent.json", "{\"display_name\": \"A\"}\n") }
        try await withStateServer(Dictionary(uniqueKeysWithValues: files)) { server in
            for text in ["one", "two"] {
                let answer = try await server.client.send(
                    .patch,
                    "/api/control-plane/agents/a0",
                    headers: [.contentType: "application/merge-patch+json"],
                    json: ["description": .string(text)]
                )
                #expect(answer.status == 200)
            }
            let blob = try server.git.run("rev-parse", "main:\(Self.path)")
            let file = URL(filePath: "\(server.git.directory)/objects/\(blob.prefix(2))/\(blob.dropFirst(2))")
            let whole = try Data(contentsOf: file)
            // Git makes its files read-only.
            try FileManager.default.removeItem(at: file)
            switch damage {
            case .truncated: try whole.prefix(whole.count / 2).write(to: file)
            case .garbage: try Data(repeating: 7, count: whole.count).write(to: file)
            case .empty: try Data().write(to: file)
            case .missing: break
            }
            let services = try await server.restartedServices()
            let snapshot = try services.snapshots.current
            let served = try #require(snapshot.serving.file(at: Self.path))
            #expect(String(decoding: served.content, as: UTF8.self).contains("one"))
            #expect(snapshot.serving.file(at: "state/agents/a1/agent.json") != nil)
            // As GET /state tells it.
            let report = StateReport(
                snapshot.head,
                rules: services.rules,
                secrets: .empty,
                ledger: snapshot.ledger
            )
            let finding = try #require(report.diagnostics.first { $0.code == "storage.object_damaged" })
            #expect(finding.file == Self.path)
            #expect(finding.message.contains(blob))
            try whole.write(to: file, options: .atomic)
        }
    }
}
