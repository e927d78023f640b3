internal import GRDB
package import Secrets

/// Which secrets file was written last, in `local.sqlite`.
///
/// Every operation throws ``LocalStoreError``.
package struct RecordedSecrets: SecretsWitness {
    private let database: LocalDatabase

    package init(database: LocalDatabase) { self.database = database }

    package func testimony() throws(LocalStoreError) -> SecretsTestimony? {
        try database.read("read the generation of the secrets", Self.testimony)
    }

    static func testimony(_ database: Database) throws -> SecretsTestimony? {
        let sql = "SELECT present_generation, present_digest, next_generation, next_digest FROM secrets_testimony"
        guard let row = try Row.fetchOne(database, sql: sql) else { return nil }
        return SecretsTestimony(present: try mark(row, at: 0), next: try mark(row, at: 2))
    }

    package func record(_ testimony: SecretsTestimony) throws(LocalStoreError) {
        try database.write("record the generation of the secrets") { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO secrets_testimony
                        (id, present_generation, present_digest, next_generation, next_digest)
                    VALUES (1, ?, ?, ?, ?)
                    """,
                arguments: [
                    testimony.present?.generation, testimony.present?.digest.description,
                    testimony.next?.generation, testimony.next?.digest.description,
                ]
            )
        }
    }

    private static func mark(_ row: Row, at index: Int) throws -> SecretsMark? {
        guard let generation = try row.decode(Int?.self, atIndex: index) else { return nil }
        guard let digest = SecretsDigest(try row.decode(String.self, atIndex: index + 1)) else {
            throw LocalStoreError(.corrupt, "the digest of the secrets file is malformed")
        }
        return SecretsMark(generation: generation, digest: digest)
    }
}
