import Foundation
import Glibc
import Secrets
import Synchronization
import TestSupport
import Testing

@Suite("A look at secrets that changes nothing")
struct SecretsInspectionTests {
    private func look(_ fixture: SecretsFixture) -> SecretsInspection.Report {
        SecretsInspection(folder: fixture.path, instance: "one", testimony: fixture.witness.testimony()).look()
    }

    /// Ends a rotation as a crash does, the `time`-th time that it comes to a step.
    private func crash(_ fixture: SecretsFixture, at step: SecretsFaults.Step, _ time: Int) async {
        let left = Mutex(time)
        let faults = SecretsFaults { at in
            let isTime = left.withLock { left in
                if at == step { left -= 1 }
                return at == step && left == 0
            }
            return isTime ? .crash : nil
        }
        _ = await SecretsFixture.code { try await fixture.start(faults).store.rotate(passphrase: nil) }
    }

    @Test(
        "opens them wherever a rotation was cut off, says what a start makes of it, and finds the identity for a copy",
        arguments: SecretsFaults.Step.allCases,
        [1, 2]
    )
    func rotation(step: SecretsFaults.Step, time: Int) async throws {
        try await SecretsFixture.with { fixture in
            try await fixture.start().store.set("global/A", "1")
            let next = URL(filePath: fixture.key.path + ".new")
            await crash(fixture, at: step, time)
            let old = try fixture.identity()
            let report = look(fixture)
            #expect(report.finding == .good(entries: 1))
            let file = IdentityFile(path: fixture.key.path, isOurs: true, faults: .none)
            let copy = try #require(try file.copy(for: fixture.bytes(fixture.file)))
            let text = String(decoding: copy.identity, as: UTF8.self)
            let copied = try AgeIdentity(text.split(separator: "\n").last ?? "")
            #expect(try !AgeFile.open(fixture.bytes(fixture.file), with: [copied]).isEmpty && copy.next == nil)
            let isWritten = try FileManager.default.fileExists(atPath: next.path) && !fixture.bytes(next).isEmpty
            #expect((report.rotation != nil) == isWritten)
            _ = try fixture.start()
            #expect((try fixture.identity().recipient != old.recipient) == (report.rotation == .finished))
            if report.rotation != nil { #expect(!FileManager.default.fileExists(atPath: next.path)) }
            #expect(look(fixture).rotation == nil)
        }
    }

    @Test("copies both identities where only passphrases tell which of them opens the file")
    func locked() async throws {
        try await SecretsFixture.with { fixture in
            try await fixture.start().store.set("global/A", "1")
            let factor = try #require(AgeWorkFactor(exponent: 6))
            let (old, new) = (try #require(SecretValue("correct horse")), try #require(SecretValue("battery staple")))
            let content = try fixture.bytes(fixture.key)
            let first = try AgeFile.seal(content, passphrase: old, workFactor: factor)
            let second = try AgeFile.seal(content, passphrase: new, workFactor: factor)
            try fixture.put(first, fixture.key)
            let file = IdentityFile(path: fixture.key.path, isOurs: true, faults: .none)
            #expect(try file.copy(for: fixture.bytes(fixture.file))?.next == nil)
            try fixture.put(second, URL(filePath: fixture.key.path + ".new"))
            let copy = try #require(try file.copy(for: fixture.bytes(fixture.file)))
            #expect(copy.identity == first && copy.next == second)
        }
    }

    @Test("copies no identity that does not open the file, and none that is not there")
    func wrong() async throws {
        try await SecretsFixture.with { fixture in
            _ = try fixture.start()
            let sealed = try fixture.bytes(fixture.file)
            let file = IdentityFile(path: fixture.key.path, isOurs: true, faults: .none)
            try fixture.put(Array(AgeIdentity().exposed().utf8), fixture.key)
            #expect(await SecretsFixture.code { try file.copy(for: sealed) } == .identityWrong)
            try FileManager.default.removeItem(at: fixture.key)
            #expect(try file.copy(for: sealed)?.identity == nil)
        }
    }

    @Test("tells of a request whose end the file does not know, until it is settled")
    func intents() async throws {
        try await SecretsFixture.with { fixture in
            let store = try fixture.start().store
            let point = SecretsPoint(revision: String(repeating: "a", count: 40), sequence: 7)
            let scope = SecretScope.provider("codex")
            try await store.change { document throws(SecretsError) in document.begin(scope, "request", since: point) }
            let report = look(fixture)
            #expect(report.intents.keys.map(\.path) == ["providers/codex"])
            #expect(report.intents[scope]?.requestID == "request")
            try await store.change { document throws(SecretsError) in document.settle(scope) }
            #expect(look(fixture).intents.isEmpty)
        }
    }

    @Test("reads a file that is as large as a server reads, and no larger one")
    func size() async throws {
        try await SecretsFixture.with { fixture in
            _ = try fixture.start()
            let limit = AgeFile.maximumSize + (2 << 20)
            for (size, isRead) in [(limit, true), (limit + 1, false)] {
                #expect(truncate(fixture.file.path, off_t(size)) == 0)
                guard case .fault(let message) = look(fixture).finding else {
                    Issue.record("it was taken")
                    return
                }
                #expect(message.contains("larger than") != isRead, "\(message)")
            }
        }
    }
}
