import Foundation
import LocalStore
import Secrets

/// Writing one secret among 10,000 of 1 KB, which rewrites the whole file, and opening that file at a start.
struct SecretsBenchmark: Benchmark {
    static let name = "secrets"

    private static let count = 10_000
    private static let rounds = 40

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        let database = try LocalDatabase(path: folder.path("secrets.sqlite"))
        let witness = RecordedSecrets(database: database)
        // Other groups have a file of their own in the common folder.
        let place = folder.path("secrets")
        try FileManager.default.createDirectory(
            atPath: place,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let configuration = SecretsStore.Configuration(folder: place, instance: "benchmark")
        let store = try SecretsStore.start(configuration, witness: witness).store
        progress.step("among \(Self.count) secrets")
        try await fill(store)
        var (writes, starts) = (Samples(), Samples())
        for round in 0..<Self.rounds {
            let (id, value) = (try Self.id(round), try Self.value(round))
            let start = ContinuousClock.now
            try await store.change { document throws(SecretsError) in
                _ = try document.set(id, to: value, by: .init(name: "benchmark", time: round))
            }
            writes.add(start.duration(to: .now))
        }
        for _ in 0..<5 {
            let start = ContinuousClock.now
            _ = try SecretsStore.start(configuration, witness: witness)
            starts.add(start.duration(to: .now))
        }
        try database.close()
        return [
            Figure("write a secret among 10,000 of 1 KB", writes.median * 1_000, .milliseconds, .atMost(100)),
            Figure("… 95th percentile", writes.quantile(0.95) * 1_000, .milliseconds),
            Figure("open 10,000 secrets of 1 KB", starts.median * 1_000, .milliseconds),
        ]
    }

    private func fill(_ store: SecretsStore) async throws {
        let secrets = try (0..<Self.count).map { (try Self.id($0), try Self.value($0)) }
        try await store.change { document throws(SecretsError) in
            for (id, value) in secrets { try document.set(id, to: value, by: .init(name: "benchmark", time: 0)) }
        }
    }

    private static func id(_ number: Int) throws -> SecretID {
        guard let id = SecretID("agents/agent-\(number)/API_KEY") else { throw BenchError("no id: \(number)") }
        return id
    }

    private static func value(_ number: Int) throws -> SecretValue {
        guard let value = SecretValue(String(repeating: "0123456789abcdef", count: 64)) else {
            throw BenchError("no value: \(number)")
        }
        return value
    }
}
