import Foundation

/// PostgreSQL with its usual settings on a socket of its own: agents as rows, and a row of history for each change.
struct PostgresServer {
    /// Its programs refuse to run as root.
    private static let user = "postgres"
    private static let script = """
        \\set agent random(0, :agents - 1)
        BEGIN;
        UPDATE agents SET body = repeat('x', 1500), version = version + 1 WHERE id = :agent;
        INSERT INTO history (agent, body, author) VALUES (:agent, repeat('x', 1500), 'bench');
        COMMIT;
        """

    private let child: ChildProgram
    private let bench: String
    private let folder: String

    /// `nil` when PostgreSQL is not installed.
    init?(agents: Int) throws {
        guard let initdb = ChildProgram.path(of: "initdb"), let server = ChildProgram.path(of: "postgres"),
            let psql = ChildProgram.path(of: "psql"), let bench = ChildProgram.path(of: "pgbench")
        else { return nil }
        self.bench = bench
        // A folder that its user may enter, on the disk that temporary files are on.
        self.folder = try ChildProgram.run(
            "/usr/bin/mktemp",
            ["-d", "/var/tmp/gitplane-bench-XXXXXX"],
            user: Self.user
        )
        .trimmingCharacters(in: .whitespacesAndNewlines)
        try ChildProgram.run(initdb, ["-D", "\(folder)/data", "-A", "trust", "-U", "bench"], user: Self.user)
        child = try ChildProgram(
            server,
            ["-D", "\(folder)/data", "-c", "listen_addresses=", "-c", "unix_socket_directories=\(folder)"],
            user: Self.user
        )
        do {
            try fill(agents, psql)
        } catch {
            try stop()
            throw error
        }
    }

    func stop() throws {
        child.stop()
        try FileManager.default.removeItem(atPath: folder)
    }

    /// Durable changes a second by so many clients, each of which makes the same number of them.
    ///
    /// A time instead of a number is of no use: pgbench waits for a signal that threads of Swift have blocked for their children.
    func changes(clients: Int, agents: Int, each: Int) throws -> Double {
        let file = "\(folder)/change.sql"
        try Self.script.write(toFile: file, atomically: true, encoding: .utf8)
        let printed = try ChildProgram.run(
            bench,
            [
                "-h", folder, "-U", "bench", "-n", "-c", "\(clients)", "-j", "2", "-t", "\(each)",
                "-D", "agents=\(agents)", "-f", file, "postgres",
            ],
            user: Self.user
        )
        let line = printed.split(separator: "\n").first { $0.hasPrefix("tps = ") }
        guard let rate = line?.dropFirst("tps = ".count).prefix(while: { $0 != " " }), let value = Double(rate) else {
            throw BenchError("pgbench says: \(printed)")
        }
        return value
    }

    private func fill(_ agents: Int, _ psql: String) throws {
        let statements = """
            CREATE TABLE agents (id int PRIMARY KEY, body text NOT NULL, version int NOT NULL DEFAULT 1);
            CREATE TABLE history (id bigserial PRIMARY KEY, agent int NOT NULL, body text NOT NULL, author text NOT NULL,
              at timestamptz NOT NULL DEFAULT now());
            INSERT INTO agents (id, body) SELECT n, repeat('x', 1500) FROM generate_series(0, \(agents - 1)) n;
            """
        let end = ContinuousClock.now + .seconds(20)
        while true {
            do {
                try ChildProgram.run(
                    psql,
                    ["-h", folder, "-U", "bench", "-d", "postgres", "-c", "SELECT 1"],
                    user: Self.user
                )
                break
            } catch {
                guard ContinuousClock.now < end else { throw error }
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
        try ChildProgram.run(psql, ["-h", folder, "-U", "bench", "-d", "postgres", "-c", statements], user: Self.user)
    }
}
