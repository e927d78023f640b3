import Foundation
import LocalStore
import Secrets
import TestSupport
import Testing

@Suite("A secrets file that is not the server's own")
struct SecretsTrustTests {
    @Test("is refused when it was put back, until an operator accepts it by name")
    func rolledBack() async throws {
        try await SecretsFixture.with { fixture in
            let store = try fixture.start().store
            try await store.set("global/A", "1")
            let old = try fixture.bytes(fixture.file)
            try await store.set("global/A", "2")
            try fixture.put(old, fixture.file)
            let suspicious = try fixture.start().store
            #expect(suspicious.distrust?.reason == .rolledBack)
            #expect(await SecretsFixture.code { try await suspicious.set("global/A", "3") } == .untrusted)
            let wrong = await SecretsFixture.code { try await suspicious.accept(SecretsDigest(of: [])) }
            #expect(wrong == .notThatFile)
            try await suspicious.accept(SecretsDigest(of: old))
            #expect(suspicious.text("global/A") == "1")
            #expect(suspicious.board.current.document?.generation == 4)
            #expect(try fixture.start().store.text("global/A") == "1")
        }
    }

    @Test("is refused when it was made with the public recipient alone")
    func forged() async throws {
        try await SecretsFixture.with { fixture in
            let store = try fixture.start().store
            try await store.set("global/A", "1")
            let content = try AgeFile.open(try fixture.bytes(fixture.file), with: [try fixture.identity()])
            let forged = String(decoding: content, as: UTF8.self).replacingOccurrences(of: "\"1\"", with: "\"evil\"")
            let recipient = try fixture.identity().recipient
            for content in [
                Array(forged.utf8), Array(forged.replacingOccurrences(of: "{\"mac\"", with: "{ \"mac\"").utf8),
            ] {
                try fixture.put(try AgeFile.seal(content, to: [recipient]), fixture.file)
                #expect(try fixture.start().store.distrust?.reason == .unauthenticated)
            }
        }
    }

    @Test("is refused when it was sealed anew by others, though its content is genuine")
    func swapped() async throws {
        try await SecretsFixture.with { fixture in
            let store = try fixture.start().store
            try await store.set("global/A", "1")
            let identity = try fixture.identity()
            let content = try AgeFile.open(try fixture.bytes(fixture.file), with: [identity])
            let thief = AgeIdentity().recipient
            try fixture.put(try AgeFile.seal(content, to: [identity.recipient, thief]), fixture.file)
            #expect(try fixture.start().store.distrust?.reason == .swapped)
        }
    }

    @Test("is refused when it belongs to another installation, and taken over when that is accepted")
    func foreign() async throws {
        try await SecretsFixture.with { fixture in
            try await fixture.start().store.set("global/A", "1")
            fixture.witness.forget()
            let store = try fixture.start(instance: "two").store
            #expect(store.distrust?.reason == .foreign)
            try await store.accept(try #require(store.distrust?.digest))
            #expect(try fixture.start(instance: "two").store.text("global/A") == "1")
        }
    }

    @Test("is refused when it was cut or holds something else")
    func damaged() async throws {
        try await SecretsFixture.with { fixture in
            try await fixture.start().store.set("global/A", "1")
            let file = try fixture.bytes(fixture.file)
            let recipient = try fixture.identity().recipient
            let others = [Array("{}".utf8), Array("no".utf8), []]
            for file in [file.dropLast(20), file + [0], []] + (try others.map { try AgeFile.seal($0, to: [recipient]) })
            {
                try fixture.put(Array(file), fixture.file)
                let store = try fixture.start().store
                #expect(store.distrust?.reason == .damaged)
                let digest = store.distrust?.digest
                #expect(await SecretsFixture.code { try await store.accept(digest) } == .damaged)
            }
            try fixture.put(file, fixture.file)
            #expect(try fixture.start().store.text("global/A") == "1")
        }
    }

    @Test("is missed when it is gone, unless it never was")
    func missing() async throws {
        try await SecretsFixture.with { fixture in
            try await fixture.start().store.set("global/A", "1")
            try FileManager.default.removeItem(at: fixture.file)
            let store = try fixture.start().store
            #expect(store.distrust?.reason == .missing)
            try await store.accept(nil)
            #expect(store.board.current.document?.entries.isEmpty == true)
            #expect(try fixture.start().store.board.current.document?.generation == 3)
        }
    }

    @Test("is noticed when it is exchanged under a running server")
    func exchanged() async throws {
        try await SecretsFixture.with { fixture in
            let store = try fixture.start().store
            try await store.set("global/A", "1")
            let old = try fixture.bytes(fixture.file)
            try await store.set("global/A", "2")
            try fixture.put(old, fixture.file)
            #expect(await SecretsFixture.code { try await store.set("global/A", "3") } == .untrusted)
            #expect(store.distrust?.reason == .rolledBack)
            #expect(await SecretsFixture.code { try await store.verify() } == .untrusted)
            #expect(try fixture.bytes(fixture.file) == old)
        }
    }

    @Test(
        "is used again by a running server once the right one is back",
        arguments: ["cut", "stranger", "gone", "link", "opened"]
    )
    func restored(kind: String) async throws {
        try await SecretsFixture.with { fixture in
            func setMode(_ mode: Int) throws {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: fixture.file.path)
            }
            let store = try fixture.start().store
            try await store.set("global/A", "1")
            let good = try fixture.bytes(fixture.file)
            switch kind {
            case "cut": try fixture.put(Array(good.dropLast(20)), fixture.file)
            case "stranger": try fixture.put(try AgeFile.seal([1], to: [AgeIdentity().recipient]), fixture.file)
            case "gone": try FileManager.default.removeItem(at: fixture.file)
            case "opened": try setMode(0o644)
            default:
                try FileManager.default.moveItem(at: fixture.file, to: fixture.directory.appending(path: "moved"))
                let target = fixture.directory.appending(path: "moved")
                try FileManager.default.createSymbolicLink(at: fixture.file, withDestinationURL: target)
            }
            #expect(store.isStale)
            try await store.refresh()
            #expect(store.distrust?.reason == (kind == "gone" ? .missing : .damaged))
            #expect(store.distrust?.message.contains(fixture.path) == false)
            #expect(!store.isStale)
            #expect(await SecretsFixture.code { try await store.set("global/A", "2") } == .untrusted)
            if kind == "link" { try FileManager.default.removeItem(at: fixture.file) }
            if kind == "opened" { try setMode(0o600) } else { try fixture.put(good, fixture.file) }
            #expect(store.isStale)
            #expect(try await store.verify().generation == 2)
            #expect(store.text("global/A") == "1")
            try await store.set("global/A", "2")
            #expect(try fixture.start().store.text("global/A") == "2")
        }
    }

    @Test("that is gone leaves those who could open it able to open the next one, once that is accepted")
    func acceptedLoss() async throws {
        try await SecretsFixture.with { fixture in
            let start = try fixture.start()
            let recovery = try #require(start.recovery)
            let other = AgeIdentity()
            try await start.store.change { document throws(SecretsError) in try document.add(other.recipient) }
            try FileManager.default.removeItem(at: fixture.file)
            let store = try fixture.start().store
            try await store.accept(nil)
            #expect(store.board.current.document?.recipients == [recovery.recipient, other.recipient])
            #expect(try !AgeFile.open(try fixture.bytes(fixture.file), with: [recovery]).isEmpty)
        }
    }

    @Test("is taken for the right one when nothing is remembered")
    func withoutWitness() async throws {
        try await SecretsFixture.with { fixture in
            try await fixture.start().store.set("global/A", "1")
            fixture.witness.forget()
            #expect(try fixture.start().store.text("global/A") == "1")
            #expect(fixture.witness.testimony()?.present?.generation == 2)
        }
    }

    @Test("is told by what the local database remembers")
    func database() async throws {
        try await SecretsFixture.with { fixture in
            let path = fixture.directory.appending(path: "local.sqlite").path
            let witness = RecordedSecrets(database: try LocalDatabase(path: path))
            #expect(try witness.testimony() == nil)
            let store = try SecretsStore.start(fixture.configuration(), witness: witness).store
            let old = try fixture.bytes(fixture.file)
            try await store.set("global/A", "1")
            let recipients = try #require(store.board.current.document?.recipients)
            let expected = SecretsTestimony(present: store.board.current.mark, next: nil, recipients: recipients)
            #expect(try witness.testimony() == expected)
            try fixture.put(old, fixture.file)
            let again = RecordedSecrets(database: try LocalDatabase(path: path))
            #expect(
                try SecretsStore.start(fixture.configuration(), witness: again).store.distrust?.reason == .rolledBack
            )
        }
    }
}
