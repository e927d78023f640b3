import Foundation
import Secrets
import TestSupport
import Testing

@Suite("The identity of the secrets")
struct IdentityTests {
    @Test("that is missing beside a secrets file stops the start, and none is made")
    func missing() async throws {
        try await SecretsFixture.with { fixture in
            _ = try fixture.start()
            try FileManager.default.removeItem(at: fixture.key)
            #expect(await SecretsFixture.code { try fixture.start() } == .identityMissing)
            #expect(!FileManager.default.fileExists(atPath: fixture.key.path))
            try FileManager.default.removeItem(at: fixture.file)
            #expect(await SecretsFixture.code { try fixture.start() } == .identityMissing)
        }
    }

    @Test("that does not belong to the file stops the start")
    func wrong() async throws {
        try await SecretsFixture.with { fixture in
            _ = try fixture.start()
            try fixture.put(Array((AgeIdentity().exposed() + "\n").utf8), fixture.key)
            #expect(await SecretsFixture.code { try fixture.start() } == .identityWrong)
        }
    }

    @Test("that others may read, that is a link, or that is none stops the start", arguments: [0o640, 0o604, 0o620])
    func unsafe(mode: Int) async throws {
        try await SecretsFixture.with { fixture in
            _ = try fixture.start()
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: fixture.key.path)
            #expect(await SecretsFixture.code { try fixture.start() } == .identityFile)
            let moved = fixture.directory.appending(path: "elsewhere")
            try FileManager.default.moveItem(at: fixture.key, to: moved)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: moved.path)
            try FileManager.default.createSymbolicLink(at: fixture.key, withDestinationURL: moved)
            #expect(await SecretsFixture.code { try fixture.start() } == .identityFile)
            let configured = SecretsStore.Configuration(
                folder: fixture.path,
                identityPath: fixture.key.path,
                instance: "one"
            )
            _ = try SecretsStore.start(configured, witness: fixture.witness)
            try FileManager.default.removeItem(at: fixture.key)
            try fixture.put(Array("# nothing\n".utf8), fixture.key)
            #expect(await SecretsFixture.code { try fixture.start() } == .identityFile)
        }
    }

    @Test("is read up to a size, and a larger one stops the start", arguments: [0, 1])
    func size(excess: Int) async throws {
        try await SecretsFixture.with { fixture in
            _ = try fixture.start()
            var content = try fixture.bytes(fixture.key)
            let length = IdentityFile.maximumSize - content.count + excess
            content += Array("#\(String(repeating: "x", count: length - 2))\n".utf8)
            try fixture.put(content, fixture.key)
            let code = await SecretsFixture.code { try fixture.start() }
            #expect(code == (excess == 0 ? nil : SecretsError.Code.damaged))
        }
    }

    @Test("that was configured and is not there stops the start")
    func configured() async throws {
        try await SecretsFixture.with { fixture in
            let path = fixture.directory.appending(path: "given").path
            let configuration = SecretsStore.Configuration(folder: fixture.path, identityPath: path, instance: "one")
            let missing = await SecretsFixture.code { try SecretsStore.start(configuration, witness: fixture.witness) }
            #expect(missing == .identityMissing)
            let text = try RealAge(directory: fixture.directory).newIdentity()
            try fixture.put(Array(text.utf8), URL(filePath: path))
            let store = try SecretsStore.start(configuration, witness: fixture.witness).store
            try await store.set("global/A", "1")
            #expect(try SecretsStore.start(configuration, witness: fixture.witness).store.text("global/A") == "1")
        }
    }

    @Test("that a passphrase protects leaves the secrets sealed until it is given")
    func sealed() async throws {
        try await SecretsFixture.with { fixture in
            try await fixture.start().store.set("global/A", "1")
            let passphrase = try #require(SecretValue("correct horse"))
            let factor = try #require(AgeWorkFactor(exponent: 6))
            let locked = try AgeFile.seal(try fixture.bytes(fixture.key), passphrase: passphrase, workFactor: factor)
            for file in [locked, AgeArmour.encode(locked)] {
                try fixture.put(file, fixture.key)
                let store = try fixture.start().store
                #expect(await SecretsFixture.code { try await store.set("global/A", "2") } == .sealed)
                #expect(await SecretsFixture.code { try store.board.current.opened() } == .sealed)
                let wrong = try #require(SecretValue("wrong"))
                #expect(await SecretsFixture.code { try await store.check(wrong) } == .passphrase)
                try await store.unseal(try #require(try await store.check(passphrase)))
                #expect(try await store.check(wrong) == nil)
                #expect(store.text("global/A") == "1")
            }
        }
    }

    @Test("is replaced by a rotation, after which the old one opens nothing")
    func rotation() async throws {
        try await SecretsFixture.with { fixture in
            let store = try fixture.start().store
            try await store.set("global/A", "1")
            let old = try fixture.identity()
            let recipient = try await store.rotate(passphrase: nil)
            #expect(try fixture.identity().recipient == recipient && recipient != old.recipient)
            #expect(AgeFileTests.code { try AgeFile.open(try fixture.bytes(fixture.file), with: [old]) } == .noIdentity)
            #expect(!FileManager.default.fileExists(atPath: fixture.previous.path))
            try await store.set("global/A", "2")
            #expect(try fixture.start().store.text("global/A") == "2")
        }
    }

    @Test("is protected by a passphrase when a rotation gives one")
    func protected() async throws {
        try await SecretsFixture.with { fixture in
            let store = try fixture.start().store
            try await store.set("global/A", "1")
            let passphrase = try #require(SecretValue("correct horse"))
            _ = try await store.rotate(passphrase: passphrase)
            let again = try fixture.start().store
            #expect(await SecretsFixture.code { try again.board.current.opened() } == .sealed)
            try await again.unseal(try #require(try await again.check(passphrase)))
            #expect(again.text("global/A") == "1")
        }
    }

    @Test("shares the file with recipients until they are removed")
    func recipients() async throws {
        try await SecretsFixture.with { fixture in
            let other = AgeIdentity()
            let store = try fixture.start().store
            try await store.change { document throws(SecretsError) in try document.add(other.recipient) }
            #expect(try !AgeFile.open(try fixture.bytes(fixture.file), with: [other]).isEmpty)
            try await store.change { document throws(SecretsError) in try document.remove(other.recipient) }
            #expect(
                AgeFileTests.code { try AgeFile.open(try fixture.bytes(fixture.file), with: [other]) } == .noIdentity
            )
            let unknown = await SecretsFixture.code {
                try await store.change { document throws(SecretsError) in try document.remove(other.recipient) }
            }
            #expect(unknown == .recipients)
        }
    }

    @Test("shares the file with those whom the configuration names, from the start on and as long as it does")
    func configuredRecipients() async throws {
        try await SecretsFixture.with { fixture in
            try await fixture.start().store.set("global/A", "1")
            let other = AgeIdentity()
            let start = try fixture.start(recipients: [other.recipient])
            #expect(start.resealing?.added == [other.recipient] && start.resealing?.failure == nil)
            #expect(try !AgeFile.open(try fixture.bytes(fixture.file), with: [other]).isEmpty)
            #expect(start.store.board.current.document?.allRecipients.contains(other.recipient) == true)
            #expect(fixture.witness.log.map(\.event) == [.recipientAdded])
            let refused = await SecretsFixture.code { try await start.store.remove(other.recipient) }
            #expect(refused == .recipients)
            #expect(try fixture.start(recipients: [other.recipient]).resealing == nil)
            let without = try fixture.start()
            #expect(without.resealing?.removed == [other.recipient] && without.store.text("global/A") == "1")
            let opened = AgeFileTests.code { try AgeFile.open(try fixture.bytes(fixture.file), with: [other]) }
            #expect(opened == .noIdentity)
            #expect(!FileManager.default.fileExists(atPath: fixture.previous.path))
            #expect(fixture.witness.log.map(\.event) == [.recipientAdded, .recipientRemoved])
        }
    }

    @Test("shares the file with whom it did, and says so, when a start cannot seal it anew")
    func unsealableConfiguration() async throws {
        try await SecretsFixture.with { fixture in
            try await fixture.start().store.set("global/A", "1")
            let other = AgeIdentity()
            let full = SecretsFaults { $0 == .write ? .fail(ENOSPC) : nil }
            let start = try fixture.start(full, recipients: [other.recipient])
            #expect(start.resealing?.failure?.code == .storageFull)
            #expect(start.store.board.current.document?.allRecipients.contains(other.recipient) == false)
            #expect(start.store.text("global/A") == "1")
        }
    }
}
