internal import Foundation
internal import GRDB
package import Providers
package import StateRepo

/// `health.sqlite`: what came of the last verifications of each connection.
///
/// It may be lost; a file that cannot be read is thrown away and begun anew.
package struct HealthLog: VerificationRecords {
    /// How many verifications of one connection are kept.
    package static let maximumRecords = 100

    private let pool: DatabasePool

    /// - Throws: ``LocalStoreError`` when the file cannot be made.
    package init(path: String) throws(LocalStoreError) {
        let file = DatabaseFile(path: path)
        try file.prepare()
        do {
            self.pool = try Self.open(path)
        } catch {
            try file.remove()
            try file.prepare()
            do {
                self.pool = try Self.open(path)
            } catch {
                throw LocalStoreError(translating: error, while: "open \(path)")
            }
        }
    }

    package func record(_ record: VerificationRecord, of document: MetadataDocument) async throws {
        let name = document.resource.description
        try await write("record a verification") { database in
            try database.execute(
                sql: """
                    INSERT INTO verifications (document, checked_at, latency_ms, http_status, failure, models)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    name, record.checkedAt.timeIntervalSince1970, record.latencyMilliseconds, record.httpStatus,
                    record.failure?.rawValue, record.models.joined(separator: "\n"),
                ]
            )
            try database.execute(
                sql: """
                    DELETE FROM verifications WHERE document = ? AND id NOT IN
                    (SELECT id FROM verifications WHERE document = ? ORDER BY id DESC LIMIT ?)
                    """,
                arguments: [name, name, Self.maximumRecords]
            )
        }
    }

    package func records(of document: MetadataDocument) async throws -> [VerificationRecord] {
        let name = document.resource.description
        do {
            return try await pool.read { database in
                let rows = try Row.fetchAll(
                    database,
                    sql: """
                        SELECT checked_at, latency_ms, http_status, failure, models FROM verifications
                        WHERE document = ? ORDER BY id DESC LIMIT ?
                        """,
                    arguments: [name, Self.maximumRecords]
                )
                return rows.map(Self.record)
            }
        } catch {
            throw LocalStoreError(translating: error, while: "read verifications")
        }
    }

    package func forget(_ document: MetadataDocument) async throws {
        let name = document.resource.description
        try await write("forget verifications") { database in
            try database.execute(sql: "DELETE FROM verifications WHERE document = ?", arguments: [name])
        }
    }

    private func write(_ activity: String, _ body: @escaping @Sendable (Database) throws -> Void) async throws {
        do {
            try await pool.write(body)
        } catch {
            throw LocalStoreError(translating: error, while: activity)
        }
    }

    private static func record(_ row: Row) -> VerificationRecord {
        let models: String = row[4] ?? ""
        let failure: String? = row[3]
        return VerificationRecord(
            checkedAt: Date(timeIntervalSince1970: row[0] ?? 0),
            latencyMilliseconds: row[1],
            httpStatus: row[2],
            // A reason of another version of the program is a failure all the same.
            failure: failure.map { VerificationError.Reason(rawValue: $0) ?? .unexpectedAnswer },
            models: models.isEmpty ? [] : models.split(separator: "\n").map(String.init)
        )
    }

    private static func open(_ path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.label = "health"
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 2
        let pool = try DatabasePool(path: path, configuration: configuration)
        var migrator = DatabaseMigrator()
        migrator.registerMigration("verifications") { database in
            try database.create(table: "verifications") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("document", .text).notNull().indexed()
                table.column("checked_at", .double).notNull()
                table.column("latency_ms", .integer)
                table.column("http_status", .integer)
                table.column("failure", .text)
                table.column("models", .text).notNull()
            }
        }
        try migrator.migrate(pool)
        return pool
    }
}
