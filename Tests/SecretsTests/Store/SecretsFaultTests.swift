import Documents
import Foundation
import Secrets
import Synchronization
import TestSupport
import Testing

@Suite("A write of the secrets file")
struct SecretsFaultTests {
    @Test(
        "that finds the disk full leaves the old file, and the next one works",
        arguments: SecretsFaults.Step.allCases
    )
    func full(step: SecretsFaults.Step) async throws {
        try await SecretsFixture.with { fixture in
            let isFull = Mutex(false)
            let store = try fixture.start(SecretsFaults { $0 == step && isFull.withLock { $0 } ? .fail(ENOSPC) : nil })
                .store
            try await store.set("global/A", "old")
            isFull.withLock { $0 = true }
            let code = await SecretsFixture.code { try await store.set("global/A", "new") }
            // From the rename on the new file stands; a confirmation that fails is made up for later.
            let expected: SecretsError.Code? =
                switch step {
                case .flushFolder: .outcomeUnknown
                case .confirm: nil
                case .create, .write, .flush, .readBack, .announce, .keepPrevious, .rename: .storageFull
                }
            #expect(code == expected)
            let text = expected == .storageFull ? "old" : "new"
            #expect(store.text("global/A") == text)
            #expect(try fixture.start().store.text("global/A") == text)
            isFull.withLock { $0 = false }
            try await store.set("global/A", "newer")
            #expect(try fixture.start().store.text("global/A") == "newer")
            #expect(!FileManager.default.fileExists(atPath: fixture.file.path + ".new"))
        }
    }

    @Test(
        "that a crash cuts off leaves the old file or the new one, and both are trusted",
        arguments: SecretsFaults.Step.allCases
    )
    func crash(step: SecretsFaults.Step) async throws {
        try await SecretsFixture.with { fixture in
            try await fixture.start().store.set("global/A", "old")
            let store = try fixture.start(SecretsFaults { $0 == step ? .crash : nil }).store
            #expect(await SecretsFixture.code { try await store.set("global/A", "new") } == .unavailable)
            let survivor = try fixture.start().store
            #expect(survivor.text("global/A") == ([.flushFolder, .confirm].contains(step) ? "new" : "old"))
            try await survivor.set("global/B", "next")
            let last = try fixture.start().store
            #expect(last.text("global/B") == "next" && last.distrust == nil)
        }
    }

    @Test(
        "stands in the audit log exactly when it has happened, whatever went wrong",
        arguments: SecretsFaults.Step.allCases,
        [true, false]
    )
    func noted(step: SecretsFaults.Step, isCrash: Bool) async throws {
        try await SecretsFixture.with { fixture in
            try await fixture.start().store.set("global/A", "old")
            let store = try fixture.start(SecretsFaults { $0 == step ? (isCrash ? .crash : .fail(EIO)) : nil }).store
            let note = SecretsNote.byServer(.written, ["secret": "global/A"])
            _ = await SecretsFixture.code {
                try await store.change(noting: [note]) { document throws(SecretsError) in
                    guard let id = SecretID("global/A"), let value = SecretValue("new") else { return }
                    try document.set(id, to: value, by: SecretsFixture.author)
                }
            }
            let survivor = try fixture.start().store
            #expect(fixture.witness.log == (survivor.text("global/A") == "new" ? [note] : []))
        }
    }

    @Test(
        "that a crash cuts off at the first start does not keep the second from starting",
        arguments: SecretsFaults.Step.allCases
    )
    func firstStart(step: SecretsFaults.Step) async throws {
        try await SecretsFixture.with { fixture in
            _ = await SecretsFixture.code { try fixture.start(SecretsFaults { $0 == step ? .crash : nil }) }
            let store = try fixture.start().store
            try await store.set("global/A", "1")
            #expect(try fixture.start().store.text("global/A") == "1")
        }
    }

    @Test(
        "of a rotation leaves one identity that opens it, wherever a crash cuts it off",
        arguments: SecretsFaults.Step.allCases,
        [1, 2]
    )
    func rotation(step: SecretsFaults.Step, time: Int) async throws {
        try await SecretsFixture.with { fixture in
            try await fixture.start().store.set("global/A", "1")
            let left = Mutex(time)
            let faults = SecretsFaults { at in
                let isTime = left.withLock { left in
                    if at == step { left -= 1 }
                    return at == step && left == 0
                }
                return isTime ? .crash : nil
            }
            _ = await SecretsFixture.code { try await fixture.start(faults).store.rotate(passphrase: nil) }
            let store = try fixture.start().store
            #expect(store.text("global/A") == "1")
            #expect(try fixture.identity().recipient == store.board.current.recipient)
        }
    }

    @Test("of a rotation whose end was not reached is put in place before the next one writes over it")
    func rotationAfterRotation() async throws {
        try await SecretsFixture.with { fixture in
            try await fixture.start().store.set("global/A", "1")
            let count = Mutex((flushes: 0, isCrashing: false))
            let faults = SecretsFaults { step in
                count.withLock { count in
                    if count.isCrashing { return step == .create ? .crash : nil }
                    if step == .flushFolder { count.flushes += 1 }
                    return step == .flushFolder && count.flushes == 2 ? .fail(EIO) : nil
                }
            }
            let store = try fixture.start(faults).store
            // The first is for the new identity, the second for the file that is sealed to it.
            count.withLock { $0.flushes = 0 }
            let first = await SecretsFixture.code { try await store.rotate(passphrase: nil) }
            #expect(first == .outcomeUnknown)
            let rotated = store.board.current.recipient
            count.withLock { $0.isCrashing = true }
            _ = await SecretsFixture.code { try await store.rotate(passphrase: nil) }
            let survivor = try fixture.start().store
            #expect(survivor.text("global/A") == "1")
            #expect(survivor.board.current.recipient == rotated)
        }
    }
}
