import LocalStore
import StateRepo
import TestSupport
import Testing

@testable import Reconciler

@Suite("Past states")
struct StateArchiveTests {
    @Test("are kept up to a number; the one that was not used for longest goes for one more")
    func kept() async throws {
        try await withPublisherScenario { scenario in
            let server = try await scenario.start()
            for number in 1...StateArchive.maximumKept + 1 { _ = try await server.write(recall: number) }
            let archive = StateArchive(
                readers: try GitReaderPool(openingBareAt: scenario.fixture.repositoryPath),
                index: server.index,
                snapshots: server.publisher.snapshots,
                rules: scenario.fixture.rules
            )
            func use(_ sequence: Int) async throws -> CommitID {
                let entry = try #require(try server.index.entry(sequence: sequence))
                return try await archive.snapshot(at: entry).revision
            }
            var revisions: [CommitID] = []
            for sequence in 1...StateArchive.maximumKept { revisions.append(try await use(sequence)) }
            #expect(archive.keptRevisions == revisions)
            let first = try await use(1)
            let last = try await use(StateArchive.maximumKept + 1)
            #expect(archive.keptRevisions == Array(revisions.dropFirst(2)) + [first, last])
        }
    }
}
