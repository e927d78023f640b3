package import Foundation
package import StateRepo

/// The first answer to a request with an `Idempotency-Key`, as it is kept.
package struct IdempotencyRecord: Hashable, Sendable {
    package enum Body: Hashable, Sendable {
        case none
        case plain([UInt8])
        /// Sealed for the credential that asked, because it shows a secret once.
        case sealed([UInt8])
        /// Too long to be kept: it is made again from the commit.
        case inCommit(CommitID)
    }

    package struct Header: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package let mark: IdempotencyMark
    package let status: Int
    package let headers: [Header]
    package let body: Body
    /// When it is forgotten.
    package let expires: Date

    package init(mark: IdempotencyMark, status: Int, headers: [Header], body: Body, expires: Date) {
        self.mark = mark
        self.status = status
        self.headers = headers
        self.body = body
        self.expires = expires
    }
}

/// Keeps records where a crash does not reach them.
///
/// Calls block: they read and write a local database.
package protocol IdempotencyStoring: Sendable {
    /// The record of a key that has not expired at `time`.
    func record(key: [UInt8], at time: Date) throws -> IdempotencyRecord?
    /// Keeps a record, unless there is one of that key that has not expired at `time`; expired ones go.
    func keep(_ record: IdempotencyRecord, at time: Date) throws
}
