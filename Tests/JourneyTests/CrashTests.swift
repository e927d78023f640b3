import Foundation
import TestSupport
import Testing

@Suite("A server that is killed while it writes")
struct CrashTests {
    /// With two seeds, 24 kills; after every fourth the server is killed again while it starts.
    private static let rounds = 12

    @Test("starts again by itself with everything that it acknowledged", arguments: [UInt64(1), 2])
    func kills(seed: UInt64) async throws {
        try await withServer { first in
            var server = first
            var run = CrashRun(seed: seed, clone: try first.clone(named: "clone"))
            for round in 1...Self.rounds {
                try run.crash(server)
                if round.isMultiple(of: 4) { try run.crashDuringStart(of: server.folder) }
                server = try ServerProcess(dataIn: server.folder)
                let problems = try run.check(server)
                #expect(problems.isEmpty, "seed \(seed), round \(round): \(problems)\n\(server.errors)")
                guard problems.isEmpty else { return }
            }
        }
    }
}
