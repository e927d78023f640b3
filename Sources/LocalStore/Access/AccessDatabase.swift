package import Access
internal import Concurrency
internal import Foundation
internal import GRDB
internal import StateRepo

/// Accounts, sessions, tokens and the audit log in `local.sqlite`.
package struct AccessDatabase: AccessStore {
    private let database: LocalDatabase

    package init(database: LocalDatabase) { self.database = database }

    package func read<Result>(_ body: (any AccessRows) throws -> Result) throws -> Result {
        try translating { try database.pool.read { try body(DatabaseRows(database: $0, mark: database.auditMark)) } }
    }

    package func write<Result>(_ body: (any AccessRows) throws -> Result) throws -> Result {
        try translating { try database.pool.write { try body(DatabaseRows(database: $0, mark: database.auditMark)) } }
    }

    package func auditEntries(_ query: AuditQuery) throws -> [AuditEntry] {
        try translating { try database.pool.read { try AuditRows.entries(query, $0) } }
    }

    private func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as AccessRefusal {
            throw error
        } catch {
            database.doubt.raise()
            let cause = LocalStoreError(translating: error, while: "use the tables of access")
            // Then the last frame of the transaction is not in the file, by which it counts.
            if cause.code == .full { throw AccessRefusal.storageFull(cause) }
            // Frames of a commit that SQLite could not flush are in the file: they count when nothing is written before a crash.
            let isCommit = (error as? DatabaseError)?.sql?.hasPrefix("COMMIT") == true
            throw isCommit ? AccessRefusal.outcomeUnknown(cause) : .auditUnavailable(cause)
        }
    }
}

/// The rows within one transaction of GRDB.
struct DatabaseRows {
    let database: Database
    let mark: AuditMark

    func execute(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    func rows(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> [Row] {
        try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments)
    }

    func row(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Row? {
        try Row.fetchOne(database.cachedStatement(sql: sql), arguments: arguments)
    }

    func seconds(_ time: Date?) -> Double? { time?.timeIntervalSince1970 }
}

extension Row {
    func time(_ column: String) throws -> Date {
        Date(timeIntervalSince1970: try decode(Double.self, forColumn: column))
    }

    func optionalTime(_ column: String) throws -> Date? {
        try decode(Double?.self, forColumn: column).map { Date(timeIntervalSince1970: $0) }
    }

    func text(_ column: String) throws -> String { try decode(String.self, forColumn: column) }

    func digest(_ column: String) throws -> TokenDigest {
        guard let digest = TokenDigest(bytes: try decode(Data.self, forColumn: column)) else {
            throw LocalStoreError(.corrupt, "\(column) is no digest")
        }
        return digest
    }
}
