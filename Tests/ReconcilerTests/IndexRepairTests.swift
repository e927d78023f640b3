import LocalStore
import StateRepo
import TestSupport
import Testing

@testable import Reconciler

@Suite("A history index that lost commits")
struct IndexRepairTests {
    private static let all = HistoryQuery(upTo: .max, limit: 100)

    @Test("has all of them again once a write could not be added to it, and the write stands")
    func repaired() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            for number in 1...3 { _ = try await server.write(recall: number) }
            let whole = try server.index.entries(matching: Self.all)
            try server.index.truncate(above: 1)
            let written = try await server.write(recall: 4)
            try await server.publisher.reconcile()
            #expect(server.index.state == .whole)
            let mended = try server.index.entries(matching: Self.all)
            #expect(mended.first?.revision == written.snapshot.revision)
            #expect(mended.dropFirst().map(\.revision) == whole.map(\.revision))
        }
    }
}
