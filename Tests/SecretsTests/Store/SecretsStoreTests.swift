import Documents
import Foundation
import Secrets
import TestSupport
import Testing

@Suite("The secrets file")
struct SecretsStoreTests {
    @Test("is made at the first start, with an identity and a recovery key that only its owner may read")
    func firstStart() async throws {
        try await SecretsFixture.with { fixture in
            let start = try fixture.start()
            let recovery = try #require(start.recovery)
            for url in [fixture.file, fixture.key] {
                let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
                #expect(attributes[.posixPermissions] as? Int == 0o600)
            }
            try await start.store.set("global/A", "value-1")
            for identity in [recovery, try fixture.identity()] {
                let content = try AgeFile.open(try fixture.bytes(fixture.file), with: [identity])
                #expect(try JSONValue(parsing: content)["entries"]?["global/A"]?["value"] == "value-1")
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: fixture.path).sorted()
            #expect(names == ["secrets.age", "secrets.age.previous", "secrets.key"])
            #expect(try fixture.start().recovery == nil)
        }
    }

    @Test("is opened by age with the identity's file")
    func oracle() async throws {
        try await SecretsFixture.with { fixture in
            let store = try fixture.start().store
            let text = "quote \" backslash \\ tab \t newline \n ünï \u{1} 🔑"
            try await store.set("agents/atlas/KEY", text)
            let age = RealAge(directory: fixture.directory)
            let content = try age.run("age", ["-d", "-i", fixture.key.path, fixture.file.path])
            let value = try JSONValue(parsing: content)
            #expect(value["entries"]?["agents/atlas/KEY"]?["value"]?.stringValue == text)
            #expect(value["generation"] == 2)
        }
    }

    @Test("keeps secrets, orphans, requests and recipients over a restart")
    func restart() async throws {
        try await SecretsFixture.with { fixture in
            let store = try fixture.start().store
            let id = try #require(SecretID("providers/claude/ANTHROPIC_API_KEY"))
            let kept = try #require(SecretID("agents/gone/KEPT"))
            let value = try #require(SecretValue("sk-1"))
            let other = AgeIdentity().recipient
            let request = SecretRequest(key: "k", body: "b", at: 1_700_000_000, status: 201, answer: "{}")
            let fingerprint = try await store.change { document throws(SecretsError) in
                try document.set(
                    id,
                    to: value,
                    by: SecretsFixture.author,
                    origin: "https://a.example",
                    isGrantable: false
                )
                try document.set(kept, to: value, by: SecretsFixture.author)
                document.orphan("gone", definition: "tree", since: 5)
                document.remember(request)
                try document.add(other)
                return document.fingerprint(of: value)
            }
            let document = try #require(try fixture.start().store.board.current.document)
            let entry = try #require(document.entries[id])
            #expect(entry.value == value && entry.version == 2 && entry.updatedAt == 1_700_000_000)
            #expect(entry.updatedBy == "operator:1" && entry.origin == "https://a.example" && !entry.isGrantable)
            let orphan = try #require(document.orphans.first)
            #expect(orphan.agent == "gone" && orphan.definition == "tree" && orphan.since == 5)
            #expect(orphan.secrets[kept.name]?.value == value && document.entries[kept] == nil)
            #expect(document.allIDs == [kept, id].sorted())
            #expect(document.requests == [request] && document.recipients.contains(other))
            #expect(document.fingerprint(of: value) == fingerprint && fingerprint.utf8.count == 8)
            #expect(document.fingerprint(of: try #require(SecretValue("sk-2"))) != fingerprint)
        }
    }

    @Test("gives a secret that is made again a version that it never had")
    func versions() async throws {
        try await SecretsFixture.with { fixture in
            let store = try fixture.start().store
            let id = try #require(SecretID("global/A"))
            try await store.set("global/A", "1")
            try await store.change { document throws(SecretsError) in _ = document.remove(id) }
            try await store.set("global/A", "1")
            #expect(store.board.current.document?.entries[id]?.version == 4)
        }
    }

    @Test("keeps the generation before the present one")
    func previous() async throws {
        try await SecretsFixture.with { fixture in
            let store = try fixture.start().store
            try await store.set("global/A", "1")
            let before = try fixture.bytes(fixture.file)
            try await store.set("global/A", "2")
            #expect(try fixture.bytes(fixture.previous) == before)
            #expect(store.board.current.document?.previous == SecretsDigest(of: before))
        }
    }

    @Test("that an edit refuses stays as it is")
    func refusedEdit() async throws {
        try await SecretsFixture.with { fixture in
            let store = try fixture.start().store
            let before = try fixture.bytes(fixture.file)
            let code = await SecretsFixture.code {
                try await store.change { document throws(SecretsError) in
                    document.orphan("atlas", definition: "", since: 0)
                    throw SecretsError(.recipients, "no")
                }
            }
            #expect(code == .recipients)
            #expect(try fixture.bytes(fixture.file) == before && store.board.current.document?.generation == 1)
        }
    }

    @Test("tells those who listen that it has changed")
    func changes() async throws {
        try await SecretsFixture.with { fixture in
            let store = try fixture.start().store
            var changes = store.board.changes().makeAsyncIterator()
            try await store.set("global/A", "1")
            #expect(await changes.next() != nil)
        }
    }

    @Test("has room for no more than the limits")
    func limits() async throws {
        try await SecretsFixture.with { fixture in
            let store = try fixture.start().store
            try await store.change { document throws(SecretsError) in
                for number in document.recipients.count..<SecretsDocument.maximumRecipients {
                    try document.add(AgeIdentity().recipient)
                    document.remember(SecretRequest(key: "\(number)", body: "", at: 0, status: 200, answer: ""))
                }
            }
            let code = await SecretsFixture.code {
                try await store.change { document throws(SecretsError) in try document.add(AgeIdentity().recipient) }
            }
            #expect(code == .recipients)
            let requests = try await store.change { document throws(SecretsError) in
                for number in 0...SecretsDocument.maximumRequests {
                    document.remember(SecretRequest(key: "k\(number)", body: "", at: 1, status: 200, answer: ""))
                }
                return document.requests
            }
            #expect(requests.count == SecretsDocument.maximumRequests && requests.first?.key == "k1")
            let value = try #require(SecretValue("x"))
            let ids = (0...SecretsDocument.maximumEntries).compactMap { SecretID("global/K\($0)") }
            let full = await SecretsFixture.code {
                try await store.change { document throws(SecretsError) in
                    for id in ids { try document.set(id, to: value, by: SecretsFixture.author) }
                }
            }
            #expect(full == .full && store.board.current.document?.entries.isEmpty == true)
        }
    }

    @Test("remembers a request for a day")
    func requests() async throws {
        try await SecretsFixture.with { fixture in
            let store = try fixture.start().store
            let day = SecretsDocument.requestRetention
            try await store.change { document throws(SecretsError) in
                document.remember(SecretRequest(key: "a", body: "x", at: 100, status: 200, answer: "{}"))
            }
            let document = try #require(store.board.current.document)
            #expect(document.request("a", at: 100 + day)?.body == "x")
            #expect(document.request("a", at: 101 + day) == nil && document.request("b", at: 100) == nil)
        }
    }
}
