import Foundation
import LocalStore
import Providers
import StateRepo
import TestSupport
import Testing

@Suite("The log of verifications")
struct HealthLogTests {
    private func record(_ number: Int, failure: VerificationError.Reason? = nil) -> VerificationRecord {
        VerificationRecord(
            checkedAt: Date(timeIntervalSince1970: TimeInterval(number)),
            latencyMilliseconds: failure == nil ? number : nil,
            httpStatus: failure == nil ? 200 : nil,
            failure: failure,
            models: failure == nil ? ["a", "b"] : []
        )
    }

    @Test("keeps the newest of each connection, across a restart, and forgets what is gone")
    func bounded() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending(path: "health.sqlite").path
            let (one, other) = try (
                MetadataDocument.provider(#require(ProviderID("one"))),
                MetadataDocument.connectionDefault(#require(ConnectionKey("one")))
            )
            let log = try HealthLog(path: path)
            try await log.record(record(0, failure: .timeout), of: other)
            for number in 1...HealthLog.maximumRecords + 1 { try await log.record(record(number), of: one) }
            let again = try HealthLog(path: path)
            let records = try await again.records(of: one)
            #expect(records.count == HealthLog.maximumRecords)
            #expect(records.first == record(HealthLog.maximumRecords + 1))
            #expect(records.last == record(2))
            #expect(try await again.records(of: other) == [record(0, failure: .timeout)])
            try await again.forget(one)
            #expect(try await again.records(of: one).isEmpty)
        }
    }

    @Test("begins anew when its file is no database")
    func damaged() async throws {
        try await withTemporaryDirectory { folder in
            let path = folder.appending(path: "health.sqlite")
            try Data(repeating: 7, count: 8_192).write(to: path)
            let log = try HealthLog(path: path.path)
            let one = MetadataDocument.provider(try #require(ProviderID("one")))
            #expect(try await log.records(of: one).isEmpty)
            try await log.record(record(1), of: one)
            #expect(try await log.records(of: one).count == 1)
        }
    }
}
