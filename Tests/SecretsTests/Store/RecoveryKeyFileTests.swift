import Foundation
import Secrets
import TestSupport
import Testing

@Suite("The file of recovery keys")
struct RecoveryKeyFileTests {
    @Test("opens with age what is sealed to any of its keys, and is its owner's alone")
    func keys() async throws {
        try await SecretsFixture.with { fixture in
            let (first, second) = (AgeIdentity(), AgeIdentity())
            let file = RecoveryKeyFile(folder: fixture.path)
            try file.add(first)
            try file.add(second)
            let url = URL(filePath: file.path)
            let mode = try FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let age = RealAge(directory: fixture.directory)
            for identity in [first, second] {
                let sealed = fixture.directory.appending(path: "sealed")
                try Data(age.seal(Array("told".utf8), to: [identity.recipient])).write(to: sealed)
                #expect(try age.run("age", ["-d", "-i", url.path, sealed.path]) == Array("told".utf8))
            }
        }
    }

    @Test("is not written over, nor through a link, when others may read it")
    func refused() async throws {
        try await SecretsFixture.with { fixture in
            let file = RecoveryKeyFile(folder: fixture.path)
            try fixture.put(Array("mine".utf8), URL(filePath: file.path))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
            #expect(await SecretsFixture.code { try file.add(AgeIdentity()) } == .identityFile)
            #expect(try String(contentsOfFile: file.path, encoding: .utf8) == "mine")
            let elsewhere = fixture.directory.appending(path: "elsewhere")
            try FileManager.default.moveItem(atPath: file.path, toPath: elsewhere.path)
            try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: elsewhere.path)
            #expect(await SecretsFixture.code { try file.add(AgeIdentity()) } == .identityFile)
            #expect(try String(contentsOf: elsewhere, encoding: .utf8) == "mine")
        }
    }
}
