import LocalStore
import StateRepo
import TestSupport
import Testing

@testable import Reconciler

@Suite("A history index that lost commits")
struct IndexRepairTests {
    @Test("has all of them again once a write could not be added to it, and the write stands")
    func repaired() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            for number in 1...3 { _ = try await server.write(recall: number) }
            let whole = try server.index.entries(matching: HistoryQuery(upTo: .max, limit: 100))
            try server.index.truncate(above: 1)
            let written = try await server.write(recall: 4)
            // Waits for what is added behind, and then for the turn of whoever mends it.
            _ = try server.index.head()
            _ = try await server.publisher.reconcile()
            let mended = try server.index.entries(matching: HistoryQuery(upTo: .max, limit: 100))
            #expect(mended.first?.revision == written.snapshot.revision)
            #expect(mended.dropFirst().map(\.revision) == whole.map(\.revision))
        }
    }
}
