internal import Access
internal import Foundation
internal import GRDB

extension DatabaseRows {
    func setupCode() throws -> SetupCodeRecord? {
        try row("SELECT * FROM setup_code").map {
            SetupCodeRecord(digest: try $0.digest("digest"), expiresAt: try $0.time("expires_at"))
        }
    }

    func setSetupCode(_ code: SetupCodeRecord?) throws {
        try execute("DELETE FROM setup_code")
        guard let code else { return }
        try execute(
            "INSERT INTO setup_code (only, digest, expires_at) VALUES (1, ?, ?)",
            [Data(code.digest.bytes), seconds(code.expiresAt)]
        )
    }

    func registrations() throws -> [RegistrationRecord] {
        try rows("SELECT * FROM registrations ORDER BY id").map {
            RegistrationRecord(digest: try $0.digest("digest"), expiresAt: try $0.time("expires_at"))
        }
    }

    func insert(_ registration: RegistrationRecord) throws {
        try execute(
            "INSERT INTO registrations (digest, expires_at) VALUES (?, ?)",
            [Data(registration.digest.bytes), seconds(registration.expiresAt)]
        )
    }

    func removeRegistrations(_ digests: [TokenDigest]) throws {
        for digest in digests { try execute("DELETE FROM registrations WHERE digest = ?", [Data(digest.bytes)]) }
    }

    func recoveryCodes() throws -> [RecoveryCodeRecord] {
        try rows("SELECT * FROM recovery_codes").map {
            RecoveryCodeRecord(digest: try $0.digest("digest"), createdAt: try $0.time("created_at"))
        }
    }

    func replaceRecoveryCodes(_ codes: [RecoveryCodeRecord]) throws {
        try execute("DELETE FROM recovery_codes")
        for code in codes {
            try execute(
                "INSERT INTO recovery_codes (digest, created_at) VALUES (?, ?)",
                [Data(code.digest.bytes), seconds(code.createdAt)]
            )
        }
    }
}

extension DatabaseRows {
    func keep(_ record: IdempotencyRecord, at time: Date) throws {
        try IdempotencyTable.insert(record, at: time, in: database)
    }
}
