internal import Access
internal import Foundation
internal import GRDB

extension DatabaseRows {
    func failures(of account: OperatorID?, from network: String) throws -> LoginFailures? {
        let row = try row(
            "SELECT * FROM login_failures WHERE account = ? AND network = ?",
            [account?.description ?? "", network]
        )
        return try row.map {
            LoginFailures(
                count: try $0.decode(Int.self, forColumn: "count"),
                lastAt: try $0.time("last_at"),
                lockedUntil: try $0.optionalTime("locked_until")
            )
        }
    }

    func setFailures(_ failures: LoginFailures?, of account: OperatorID?, from network: String) throws {
        let name = account?.description ?? ""
        guard let failures else {
            try execute("DELETE FROM login_failures WHERE account = ? AND network = ?", [name, network])
            return
        }
        try execute(
            """
            INSERT OR REPLACE INTO login_failures (account, network, count, last_at, locked_until)
            VALUES (?, ?, ?, ?, ?)
            """,
            [name, network, failures.count, seconds(failures.lastAt), seconds(failures.lockedUntil)]
        )
    }

    func oldestFailure() throws -> Date? {
        let row = try row(
            """
            SELECT min(at) AS at FROM (
                SELECT min(last_at) AS at FROM login_failures
                UNION ALL SELECT min(failed_at) FROM stranger_failures
            )
            """
        )
        return try row?.optionalTime("at")
    }

    func removeFailures(before time: Date) throws {
        try execute("DELETE FROM login_failures WHERE last_at < ?", [seconds(time)])
        try execute("DELETE FROM stranger_failures WHERE failed_at < ?", [seconds(time)])
    }

    func isKnown(_ network: String) throws -> Bool {
        try row("SELECT 1 FROM known_networks WHERE network = ?", [network]) != nil
    }

    func knownNetworks() throws -> [String] {
        try rows("SELECT network FROM known_networks").map { try $0.decode(String.self, forColumn: "network") }
    }

    func remember(_ network: String, at time: Date) throws {
        try execute(
            "INSERT OR REPLACE INTO known_networks (network, seen_at) VALUES (?, ?)",
            [network, seconds(time)]
        )
        try execute(
            """
            DELETE FROM known_networks WHERE network NOT IN (
                SELECT network FROM known_networks ORDER BY seen_at DESC LIMIT ?
            )
            """,
            [LoginFailures.maximumKnownNetworks]
        )
    }

    func strangerFailures(since time: Date) throws -> Int {
        let row = try row("SELECT count(*) AS count FROM stranger_failures WHERE failed_at > ?", [seconds(time)])
        return try row?.decode(Int.self, forColumn: "count") ?? 0
    }

    func addStrangerFailure(at time: Date) throws {
        try execute("INSERT INTO stranger_failures (failed_at) VALUES (?)", [seconds(time)])
    }
}
