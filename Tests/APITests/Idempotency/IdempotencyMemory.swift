import Access
import Foundation
import StateRepo
import Synchronization

/// Records that a test can look at, lose or refuse.
final class IdempotencyMemory: IdempotencyStoring {
    enum Behaviour: Sendable {
        case keeps
        /// As if the process died before the record was written.
        case forgets
        case failsToKeep
        case failsToRead
    }

    struct Failure: Error {}

    private let records = Mutex<[[UInt8]: IdempotencyRecord]>([:])
    private let behaviour: Behaviour

    init(_ behaviour: Behaviour = .keeps) { self.behaviour = behaviour }

    var all: [IdempotencyRecord] { records.withLock { Array($0.values) } }

    func record(key: [UInt8], at time: Date) throws -> IdempotencyRecord? {
        if case .failsToRead = behaviour { throw Failure() }
        return records.withLock { $0[key] }.flatMap { $0.expires > time ? $0 : nil }
    }

    func keep(_ record: IdempotencyRecord, at time: Date) throws {
        switch behaviour {
        case .keeps, .failsToRead: records.withLock { $0[record.mark.key] = record }
        case .forgets: break
        case .failsToKeep: throw Failure()
        }
    }
}
