import Documents
import TestSupport
import Testing

@Suite("The ledger of releases, after a crash between main and the ledger")
struct LedgerTests {
    @Test("is completed at the next start", arguments: ["nothing", "version 1", "no ref at all"])
    func completion(left: String) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            #expect(try server.client.publish("atlas").isSuccess)
            let first = try server.git.run("rev-parse", Self.ref)
            try server.client.describe("atlas", as: "two")
            #expect(try server.client.publish("atlas").isSuccess)
            let second = try server.git.run("rev-parse", "\(Self.ref)^{tree}")
            try server.kill()
            switch left {
            case "version 1": try server.git.run("update-ref", Self.ref, first)
            case "no ref at all": try server.git.run("update-ref", "-d", Self.ref)
            default: break
            }
            let next = try restart(server)
            #expect(try next.git.run("rev-parse", "\(Self.ref)^{tree}") == second)
            #expect(try next.client.versions(of: "atlas") == [1, 2])
            try next.client.describe("atlas", as: "three")
            #expect(try next.client.publish("atlas").json()["version"]?.intValue == 3)
            #expect(try next.git.run("ls-tree", "--name-only", "\(Self.ref):atlas") == "1\n2\n3")
            try next.git.checkIntegrity()
        }
    }

    @Test(
        "gives no number twice when main was moved back and the ledger is lost, or moved back, with it",
        arguments: [true, false],
        [true, false]
    )
    func lostWithMain(isAtOnce: Bool, isLost: Bool) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            #expect(try server.client.publish("atlas").isSuccess)
            let first = try server.git.run("rev-parse", "main")
            let ledger = try server.git.run("rev-parse", Self.ref)
            try server.client.describe("atlas", as: "two")
            #expect(try server.client.publish("atlas").isSuccess)
            try server.stop()
            try server.git.run("update-ref", "refs/heads/main", first)
            if !isAtOnce { try restart(server).stop() }
            if isLost {
                try server.git.run("update-ref", "-d", Self.ref)
            } else {
                try server.git.run("update-ref", Self.ref, ledger)
            }
            let next = try restart(server)
            #expect(try next.client.versions(of: "atlas") == [1, 2])
            try next.client.describe("atlas", as: "three")
            #expect(try next.client.publish("atlas").json()["version"]?.intValue == 3)
            #expect(try next.git.run("ls-tree", "--name-only", "\(Self.ref):atlas") == "1\n2\n3")
            try next.git.checkIntegrity()
        }
    }

    private static let ref = "refs/gitplane/releases"
}
