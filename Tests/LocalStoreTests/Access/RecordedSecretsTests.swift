import Access
import Documents
import Foundation
import LocalStore
import Secrets
import TestSupport
import Testing

@Suite("What is recorded of the secrets file")
struct RecordedSecretsTests {
    private static let first = SecretsMark(generation: 1, digest: SecretsDigest(of: [1]))
    private static let second = SecretsMark(generation: 2, digest: SecretsDigest(of: [2]))
    private static let third = SecretsMark(generation: 3, digest: SecretsDigest(of: [3]))

    private static func note(_ event: SecretsNote.Event) -> SecretsNote {
        SecretsNote(event, by: "token:x", from: "192.0.2.7", details: ["secret": "global/A", "request_id": "r"])
    }

    private func with(_ body: (RecordedSecrets, () throws -> [AuditEntry]) throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let local = try LocalDatabase(path: directory.appending(path: "local.sqlite").path)
            let access = AccessDatabase(database: local)
            try body(RecordedSecrets(database: local)) { try access.auditEntries(AuditQuery(limit: 100)) }
            #expect(try AuditFile(path: directory.appending(path: "local.sqlite").path).verify().finding == nil)
        }
    }

    @Test("enters the audit log with the file that it is about, not before")
    func confirmed() async throws {
        try await with { recorded, log in
            try recorded.record(SecretsTestimony(present: Self.first, next: Self.second, notes: [Self.note(.written)]))
            #expect(try log().isEmpty)
            try recorded.record(SecretsTestimony(present: Self.second, next: nil))
            let entry = try #require(try log().first)
            #expect(entry.event == "secret.written" && entry.actor == "token:x" && entry.address == "192.0.2.7")
            #expect(try JSONValue(parsing: Array(entry.details.utf8))["secret"] == "global/A")
            try recorded.record(SecretsTestimony(present: Self.second, next: nil))
            #expect(try log().count == 1)
        }
    }

    @Test("is made up for by the next change when the file was never confirmed")
    func unconfirmed() async throws {
        try await with { recorded, log in
            try recorded.record(SecretsTestimony(present: Self.first, next: Self.second, notes: [Self.note(.written)]))
            try recorded.record(SecretsTestimony(present: Self.second, next: Self.third, notes: [Self.note(.deleted)]))
            #expect(try log().map(\.event) == ["secret.written"])
        }
    }

    @Test("never enters the audit log when the file was not replaced")
    func cutOff() async throws {
        try await with { recorded, log in
            try recorded.record(SecretsTestimony(present: Self.first, next: Self.second, notes: [Self.note(.written)]))
            try recorded.record(SecretsTestimony(present: Self.first, next: Self.third, notes: [Self.note(.deleted)]))
            try recorded.record(SecretsTestimony(present: Self.first, next: nil))
            try recorded.record(SecretsTestimony(present: Self.second, next: nil))
            #expect(try log().isEmpty)
        }
    }

    @Test("has an event of the audit log for everything that is noted", arguments: SecretsNote.Event.allCases)
    func events(event: SecretsNote.Event) { #expect(AuditEvent.Name(rawValue: event.rawValue) != nil) }
}
