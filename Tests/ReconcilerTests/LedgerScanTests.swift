import StateRepo
import TestSupport
import Testing

@testable import Reconciler

@Suite("What the ledger lacks at a start")
struct LedgerScanTests {
    /// The agent that the template has.
    private static let agent = "release-notes"

    @Test("is found in all of history, which is only read for commits that the ledger does not name")
    func afterAStart() async throws {
        try await withPublisherScenario { scenario in
            let id = try #require(AgentID(Self.agent))
            let definition = try scenario.fixture.git.run("rev-parse", "main:state/agents/\(id)")
            let clone = try scenario.fixture.clone("ada")
            let revisions = try (1...3).map { version in
                let release = #"{"version": \#(version), "definition": "\#(definition)", "active": true}"#
                try clone.write("state/releases/\(id).json", release)
                return try clone.commit("Publish \(version)")
            }
            try clone.git.run("push", "--quiet", "origin", "HEAD:main")
            let server = try await scenario.start()
            let log = try LooseCommitLog(repositoryAt: scenario.fixture.repositoryPath)
            func found(_ ledger: ReleaseLedger) throws -> [LedgerRef.Record] {
                let history = try log.withRepository { repository in
                    Result {
                        try HistorySynchronizer(
                            scanner: HistoryScanner(identity: scenario.fixture.identity),
                            index: server.index
                        ).synchronize(to: scenario.head(), in: repository)
                    }
                }
                return try LedgerScan(index: server.index).records(history.get(), ledger, isFirst: true, log)
            }
            let all = try found(ReleaseLedger())
            #expect(all.map(\.entry.version) == [1, 2, 3])
            #expect(all.map(\.entry.revision) == revisions)

            var ledger = ReleaseLedger()
            for record in [all[0], all[2]] { ledger.record(record.entry, of: id) }
            #expect(try found(ledger).map(\.entry.version) == [2])

            // What the commit says is not looked at again: by the number it would be missing.
            let middle = all[1].entry
            ledger.record(
                ReleaseLedger.Entry(
                    version: 9,
                    definition: middle.definition,
                    publishedAt: middle.publishedAt,
                    publishedBy: middle.publishedBy,
                    revision: middle.revision
                ),
                of: id
            )
            #expect(try found(ledger).isEmpty)
        }
    }
}
