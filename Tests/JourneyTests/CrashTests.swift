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

    @Test("undoes that somebody moved main back meanwhile, and says so; doctor says it before")
    func rewound() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "old")
            try server.client.describe("atlas", as: "new")
            let head = try server.head()
            let former = try server.git.run("rev-parse", "main~1")
            try server.kill()
            try server.git.run("update-ref", "refs/heads/main", former)
            let doctor = try CommandRun.gitplane("doctor", "--data-dir", server.folder.path, near: server.folder)
            #expect(doctor.lines("start").contains { $0.contains(head) && $0.contains(former) }, "\(doctor.text)")
            #expect(try server.head() == former)
            let next = try ServerProcess(dataIn: server.folder)
            #expect(try next.head() == head)
            #expect(try next.client.description(of: "atlas") == "new")
            let warning = next.errors.split(separator: "\n").first { $0.contains("behind acknowledged commits") }
            #expect(warning?.contains(head) == true && warning?.contains(former) == true, "\(next.errors)")
        }
    }
}
