import Foundation
import TestSupport
import Testing

@Suite("Hostile pushes over HTTP, against the built program")
struct HostilePushTests {
    /// What the server may take of memory for a push at most, whatever git unpacks: 64 MiB.
    private static let allowance = 64 << 20

    /// What can be wrong with a pack.
    enum Damage: String, CaseIterable {
        case cutOff, noChecksum, wrongChecksum, tooFewAnnounced, tooManyAnnounced, otherVersion, noPack
        case nothing

        func apply(to pack: [UInt8]) -> [UInt8] {
            var pack = pack
            switch self {
            case .cutOff: pack.removeLast(pack.count / 2)
            case .noChecksum: pack.removeLast(20)
            case .wrongChecksum: pack[pack.count - 1] ^= 1
            // The number of objects is in the four bytes at 8, the version before it.
            case .tooFewAnnounced: pack[11] -= 1
            case .tooManyAnnounced: pack[11] += 1
            case .otherVersion: pack[7] = 9
            case .noPack: pack = Array("no pack at all".utf8)
            case .nothing: pack = []
            }
            return pack
        }
    }

    @Test("of damaged packs are refused with a reason, and leave nothing", arguments: Damage.allCases)
    func damaged(damage: Damage) async throws {
        try await withServer { server in
            let clone = try server.cloneOverHTTP(named: "clone")
            try clone.commit(["docs/notes.md": "# Notes\n"])
            var push = try WirePush(of: clone, to: "damaged")
            push.pack = damage.apply(to: push.pack)
            try expectRefusal(of: push, damage.rawValue, by: server)
            try clone.run("push", "--quiet")
            #expect(try server.head() == clone.run("rev-parse", "HEAD"))
        }
    }

    @Test("of a few bytes that expand to gigabytes are refused")
    func deltaBomb() async throws {
        let pack = try #require(Data(base64Encoded: HostilePacks.largeDeltaBomb))
        try await withServer { server in
            try server.client.createAgent("atlas")
            try server.client.waitUntilClean()
            let before = try server.peakMemory()
            try expectRefusal(of: WirePush(Array(pack), of: server.head(), to: "bomb"), "bomb", by: server)
            #expect(try server.peakMemory() - before < Self.allowance)
            #expect(try server.client.describe("atlas", as: "alive").isSuccess)
        }
    }

    @Test("of a gigabyte of zeros are refused, and cost the server no memory")
    func zeros() async throws {
        try await withServer { server in
            let clone = try server.cloneOverHTTP(named: "clone")
            let before = try (server.peakMemory(), server.git.run("count-objects", "-v"))
            let file = "\(clone.directory)/docs/zeros.md"
            try FileManager.default.createDirectory(
                atPath: "\(clone.directory)/docs",
                withIntermediateDirectories: true
            )
            #expect(FileManager.default.createFile(atPath: file, contents: nil))
            try #require(FileHandle(forWritingAtPath: file)).truncate(atOffset: 1 << 30)
            try clone.run("-c", "core.bigFileThreshold=1m", "-c", "core.compression=1", "add", "--all")
            try clone.run("commit", "--quiet", "--message", "zeros")
            let failure = #expect(throws: Git.Failure.self) {
                try clone.run("-c", "core.bigFileThreshold=1m", "push", "--quiet", "origin", "HEAD:main")
            }
            #expect(failure?.standardError.contains("[remote rejected]") == true, "\(failure?.standardError ?? "")")
            #expect(try server.peakMemory() - before.0 < Self.allowance)
            #expect(try server.git.run("count-objects", "-v") == before.1)
            #expect(try server.quarantines() == [])
            try server.git.checkIntegrity()
        }
    }

    private func expectRefusal(of push: WirePush, _ name: String, by server: ServerProcess) throws {
        let objects = try server.git.run("count-objects", "-v")
        let refs = try server.git.run("for-each-ref")
        let answer = try server.client.beginPush(push.bytes).answer()
        let isReport = answer.status == 200 && answer.text.contains("ng refs/heads/")
        #expect(isReport || (400..<500).contains(answer.status), "\(name): \(answer)")
        #expect(try server.git.run("count-objects", "-v") == objects, "\(name)")
        #expect(try server.git.run("for-each-ref") == refs, "\(name)")
        #expect(try server.quarantines() == [], "\(name)")
        try server.git.checkIntegrity()
    }
}
