import API
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Repeated writes of state")
struct IdempotentWriteTests {
    private static let body = #"{"id": "atlas", "display_name": "Atlas"}"#

    private static func key(_ text: String = "one") -> HTTPFields { fields("Idempotency-Key", text) }

    private static func fields(_ name: String, _ value: String) -> HTTPFields {
        HTTPField.Name(name).map { HTTPFields([HTTPField(name: $0, value: value)]) } ?? [:]
    }

    private static func isReplayed(_ answer: ContractClient.Answer) -> Bool {
        HTTPField.Name("Idempotency-Replayed").flatMap { answer.headers[$0] } == "true"
    }

    /// What a repetition must have in common with the first answer.
    private static func content(_ answer: ContractClient.Answer) -> [String] {
        var names: [HTTPField.Name] = [.eTag, .location, .contentType]
        for name in ["X-State-Revision", "X-State-Sequence"] { names += HTTPField.Name(name).map { [$0] } ?? [] }
        return ["\(answer.status)", answer.text] + names.map { answer.headers[$0] ?? "-" }
    }

    @Test("The same request again gets the first answer, byte by byte, and makes no second commit")
    func replay() async throws {
        try await withStateServer { server in
            let first = try await server.client.send(.post, Agents.path, headers: Self.key(), body: Self.body)
            #expect(first.status == 201 && !Self.isReplayed(first))
            _ = try await server.client.patch("atlas", ["display_name": "Other"])
            let count = try server.commitCount()
            for _ in 0..<2 {
                let again = try await server.client.send(.post, Agents.path, headers: Self.key(), body: Self.body)
                #expect(Self.isReplayed(again))
                #expect(Self.content(again) == Self.content(first))
            }
            #expect(try server.commitCount() == count)
        }
    }

    @Test("It does so after a restart, and when the resource is long gone")
    func afterRestart() async throws {
        try await withStateServer { server in
            let first = try await server.client.send(.post, Agents.path, headers: Self.key(), body: Self.body)
            try await server.client.send(.delete, Agents.path("atlas"))
            try await server.withRestart { client in
                let again = try await client.send(.post, Agents.path, headers: Self.key(), body: Self.body)
                #expect(Self.isReplayed(again) && Self.content(again) == Self.content(first))
            }
        }
    }

    @Test("After a crash between commit and answer the commit is found: the same answer, and no second commit")
    func crash() async throws {
        try await withStateServer { server in
            let lost = try await server.withRestart(IdempotencyMemory(.forgets)) { client in
                try await client.send(.post, Agents.path, headers: Self.key(), body: Self.body)
            }
            let message = try server.git.run("log", "-1", "--format=%B", "main")
            #expect(message.contains("\nIdempotency-Digest: "))
            #expect(!message.contains("one"))
            _ = try await server.client.patch("atlas", ["display_name": "Other"])
            let count = try server.commitCount()
            try await server.withRestart(IdempotencyMemory()) { client in
                for _ in 0..<2 {
                    let again = try await client.send(.post, Agents.path, headers: Self.key(), body: Self.body)
                    #expect(Self.isReplayed(again) && Self.content(again) == Self.content(lost))
                }
                let other = try await client.send(
                    .post,
                    Agents.path,
                    headers: Self.key(),
                    body: #"{"id": "b", "display_name": "B"}"#
                )
                #expect(other.code == "idempotency.key_reused")
            }
            #expect(try server.commitCount() == count)
        }
    }

    @Test("A release whose answer was lost is not made twice")
    func publish() async throws {
        try await withStateServer(PublishJourneyTests.ready) { server in
            let path = Agents.path("atlas") + "/publish"
            let lost = try await server.withRestart(IdempotencyMemory(.forgets)) { client in
                try await client.send(.post, path, headers: Self.key())
            }
            try #require(lost.status == 200, "\(lost.text)")
            let count = try server.commitCount()
            try await server.withRestart { client in
                let again = try await client.send(.post, path, headers: Self.key())
                #expect(Self.isReplayed(again) && Self.content(again) == Self.content(lost))
            }
            #expect(try server.commitCount() == count)
        }
    }

    @Test("A record that cannot be written is no reason to fail, nor to write twice while the server runs")
    func failingStore() async throws {
        try await withStateServer { server in
            try await server.withRestart(IdempotencyMemory(.failsToKeep)) { client in
                let first = try await client.send(.post, Agents.path, headers: Self.key(), body: Self.body)
                #expect(first.status == 201)
                let again = try await client.send(.post, Agents.path, headers: Self.key(), body: Self.body)
                #expect(Self.isReplayed(again) && Self.content(again) == Self.content(first))
            }
            try await server.withRestart(IdempotencyMemory(.failsToRead)) { client in
                let answer = try await client.send(.post, Agents.path, headers: Self.key("two"), body: Self.body)
                #expect(answer.code == "state.unavailable")
                #expect(try await client.send(.get, Agents.path("atlas")).status == 200)
            }
        }
    }

    @Test("A key is used up by its request: another body, address or precondition is 422, and nothing is written")
    func reused() async throws {
        try await withStateServer { server in
            try await server.client.send(.post, Agents.path, headers: Self.key(), body: Self.body)
            let count = try server.commitCount()
            let spaced = try await server.client.send(.post, Agents.path, headers: Self.key(), body: Self.body + " ")
            #expect(spaced.code == "idempotency.key_reused")
            let publish = Agents.path("atlas") + "/publish"
            #expect(try await server.client.send(.post, publish, headers: Self.key()).code == "idempotency.key_reused")
            var guarded = Self.key()
            guarded[.ifMatch] = "*"
            let other = try await server.client.send(
                .post,
                Agents.path("atlas") + "/activate",
                headers: guarded,
                body: "{}"
            )
            #expect(other.code == "idempotency.key_reused")
            #expect(try server.commitCount() == count)
        }
    }

    @Test("Another credential of the operator gets the same answer, when its scopes let it ask")
    func credentials() async throws {
        try await withStateServer { server in
            let first = try await server.client.send(.post, Agents.path, headers: Self.key(), body: Self.body)
            let writer = server.client(.stateRead, .stateWrite)
            let again = try await writer.send(.post, Agents.path, headers: Self.key(), body: Self.body)
            #expect(Self.isReplayed(again) && Self.content(again) == Self.content(first))
            let reader = server.client(.stateRead)
            #expect(try await reader.send(.post, Agents.path, headers: Self.key(), body: Self.body).status == 403)
        }
    }

    @Test("Refusals and dry runs are not remembered: the key is still good")
    func notRemembered() async throws {
        try await withStateServer { server in
            let wrong = try await server.client.send(
                .post,
                Agents.path,
                headers: Self.key(),
                body: #"{"id": "atlas", "x": 1}"#
            )
            #expect(wrong.status == 422)
            let dry = try await server.client.send(
                .post,
                Agents.path + "?dry_run=true",
                headers: Self.key(),
                body: Self.body
            )
            #expect(dry.status == 201 && !Self.isReplayed(dry))
            let first = try await server.client.send(.post, Agents.path, headers: Self.key(), body: Self.body)
            #expect(first.status == 201 && !Self.isReplayed(first))
            let conflict = try await server.client.send(.post, Agents.path, headers: Self.key("two"), body: Self.body)
            #expect(conflict.code == "agent.already_exists")
            try await server.client.send(.delete, Agents.path("atlas"))
            let late = try await server.client.send(.post, Agents.path, headers: Self.key("two"), body: Self.body)
            #expect(late.status == 201 && !Self.isReplayed(late))
        }
    }

    @Test("After 24 hours, and not a second earlier, a key is new again")
    func expiry() async throws {
        try await withStateServer { server in
            try await server.client.send(.post, Agents.path, headers: Self.key(), body: Self.body)
            server.clock.advance(by: IdempotencyGate.lifetime - 1)
            let within = try await server.client.send(.post, Agents.path, headers: Self.key(), body: Self.body)
            #expect(Self.isReplayed(within))
            server.clock.advance(by: 2)
            let after = try await server.client.send(.post, Agents.path, headers: Self.key(), body: Self.body)
            #expect(after.code == "agent.already_exists")
        }
    }

    @Test("An answer that is too long to keep is made again from its commit")
    func longAnswer() async throws {
        try await withStateServer { server in
            let text = String(repeating: "a line of instructions\\n", count: 4_000)
            let body = #"{"id": "atlas", "display_name": "A", "documents": {"instructions": "\#(text)"}}"#
            let first = try await server.client.send(.post, Agents.path, headers: Self.key(), body: body)
            #expect(first.status == 201 && first.body.count > IdempotencyGate.maximumBodyBytes)
            _ = try await server.client.patch("atlas", ["display_name": "Other"])
            let again = try await server.client.send(.post, Agents.path, headers: Self.key(), body: body)
            #expect(Self.isReplayed(again) && Self.content(again) == Self.content(first))
        }
    }

    @Test("A key is 1 to 255 visible ASCII characters", arguments: [(1, 201), (255, 201), (256, 400)])
    func length(_ count: Int, _ status: Int) async throws {
        try await withStateServer { server in
            let headers = Self.key(String(repeating: "k", count: count))
            let answer = try await server.client.send(.post, Agents.path, headers: headers, body: Self.body)
            #expect(answer.status == status)
        }
    }

    @Test("Every operation that changes something by POST takes a key")
    func contract() throws {
        let text = try Array(Data(contentsOf: ShareDirectory.checkout().contract))
        let contract = try Contract(JSONValue(parsing: text, limits: Contract.limits))
        // They change nothing, or take a code or password that is good once, or a repetition does no more than the first.
        let harmless: Set = [
            "validateAgent", "validateState", "reconcileState", "exchangeSetupCode", "issueSetupCode", "logIn",
            "logOut",
            "changePassword", "recoverPassword", "verifyProvider", "verifyConnectionDefault",
            "bundleAgentSecrets", "unsealSecrets", "verifySecrets", "acceptSecrets", "addSecretsRecipient",
        ]
        for operation in contract.operations where operation.method == .post && !harmless.contains(operation.id) {
            if operation.takesBasic { continue }
            #expect(operation.headers.contains { $0.name == "Idempotency-Key" }, "\(operation.id)")
        }
    }
}
