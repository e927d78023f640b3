import Access
import Documents
package import Foundation
internal import GRDB
package import Secrets

/// Which secrets file was written last, in `local.sqlite`, beside the audit log of its changes.
package struct RecordedSecrets: SecretsWitness {
    private let database: LocalDatabase
    private let now: @Sendable () -> Date

    package init(database: LocalDatabase, now: @escaping @Sendable () -> Date = { Date() }) {
        self.database = database
        self.now = now
    }

    /// Without the notes of a change that is under way.
    package func testimony() throws(LocalStoreError) -> SecretsTestimony? {
        try database.read("read the generation of the secrets", Self.testimony)
    }

    static func testimony(_ database: Database) throws -> SecretsTestimony? {
        guard let row = try Row.fetchOne(database, sql: "SELECT * FROM secrets_testimony") else { return nil }
        // An older program made the table without the column.
        let recipients = row.hasColumn("recipients") ? try row.decode(String?.self, forColumn: "recipients") : nil
        return SecretsTestimony(
            present: try mark(row, "present"),
            next: try mark(row, "next"),
            recipients: try recipients.map(Self.recipients) ?? []
        )
    }

    /// - Throws: ``LocalStoreError``, or ``SecretsError`` `storage.full`.
    package func record(_ testimony: SecretsTestimony) throws {
        let (now, mark) = (now(), database.auditMark)
        do throws(LocalStoreError) {
            try database.write("record the generation of the secrets") { database in
                try Self.tell(testimony.present, at: now, DatabaseRows(database: database, mark: mark))
                try Self.replace(testimony, database)
            }
        } catch {
            guard error.code == .full else { throw error }
            throw SecretsError(
                .storageFull,
                "the disk is full: the change of the secrets cannot be recorded",
                cause: error
            )
        }
    }

    /// Moves to the audit log what was recorded with the file that turns out to be in place.
    private static func tell(_ present: SecretsMark?, at time: Date, _ rows: DatabaseRows) throws {
        guard let present, let row = try rows.row("SELECT * FROM secrets_testimony"),
            try mark(row, "next") == present, let notes = try row.decode(String?.self, forColumn: "notes")
        else { return }
        for note in try JSONValue(parsing: Array(notes.utf8)).arrayValue ?? [] {
            try rows.append(try event(note), at: time)
        }
    }

    private static func replace(_ testimony: SecretsTestimony, _ database: Database) throws {
        let notes = testimony.notes.isEmpty ? nil : JSONValue.array(testimony.notes.map(value)).description
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO secrets_testimony
                    (id, present_generation, present_digest, next_generation, next_digest, notes, recipients)
                VALUES (1, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                testimony.present?.generation, testimony.present?.digest.description,
                testimony.next?.generation, testimony.next?.digest.description, notes,
                testimony.recipients.map(\.description).joined(separator: " "),
            ]
        )
    }

    private static func mark(_ row: Row, _ which: String) throws -> SecretsMark? {
        guard let generation = try row.decode(Int?.self, forColumn: "\(which)_generation") else { return nil }
        guard let digest = SecretsDigest(try row.decode(String.self, forColumn: "\(which)_digest")) else {
            throw LocalStoreError(.corrupt, "the digest of the secrets file is malformed")
        }
        return SecretsMark(generation: generation, digest: digest)
    }

    private static func recipients(_ text: String) throws -> [AgeRecipient] {
        do {
            return try text.split(separator: " ").map { try AgeRecipient($0) }
        } catch {
            throw LocalStoreError(.corrupt, "a recipient of the secrets file is malformed", cause: error)
        }
    }

    private static func value(_ note: SecretsNote) -> JSONValue {
        [
            "event": .string(note.event.rawValue), "actor": .string(note.actor), "address": .string(note.address),
            "details": .object(note.details),
        ]
    }

    private static func event(_ note: JSONValue) throws -> AuditEvent {
        guard let name = note["event"]?.stringValue.flatMap(AuditEvent.Name.init(rawValue:)),
            let actor = note["actor"]?.stringValue, let details = note["details"]?.objectValue
        else { throw LocalStoreError(.corrupt, "a note about the secrets is malformed") }
        let address = note["address"]?.stringValue.flatMap { ClientAddress($0) } ?? .local
        return AuditEvent(name, by: actor, from: address, details: details)
    }
}
