package import Providers
package import StateRepo
import Synchronization

/// Keeps what came of verifications in memory.
package final class MemoryRecords: VerificationRecords {
    private let kept = Mutex<[MetadataDocument: [VerificationRecord]]>([:])

    package init() {}

    package func record(_ record: VerificationRecord, of document: MetadataDocument) async throws {
        kept.withLock { $0[document, default: []].insert(record, at: 0) }
    }

    package func records(of document: MetadataDocument) async throws -> [VerificationRecord] {
        kept.withLock { $0[document] ?? [] }
    }

    package func forget(_ document: MetadataDocument) async throws { kept.withLock { $0[document] = nil } }
}
