import Access
import Documents
import Foundation
import HTTPTypes
import Secrets
import StateRepo
import TestSupport
import Testing

@Suite("The secrets file over HTTP")
struct SecretsFileHandlerTests {
    private static let path = "/api/control-plane/secrets"

    @Test("tells how it is doing, and is read again on demand")
    func status() async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            try await server.client.send(.put, "\(SecretHandlerTests.global)/A", body: #"{"value": "x"}"#)
            let status = try await server.client.send(.get, Self.path).json()
            #expect(status["status"] == "open" && status["count"] == 1)
            #expect(try await server.client.send(.post, "\(Self.path)/verify").status == 200)
            #expect(
                try await server.client.send(.post, "\(Self.path)/unseal", body: #"{"passphrase": "x"}"#).status == 200
            )
            #expect(try await server.client(.stateRead).send(.get, Self.path).code == "auth.insufficient_scope")
        }
    }

    @Test("is sealed to more recipients and to fewer, and says what those could read")
    func recipients() async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            try await server.client.send(.put, "\(SecretHandlerTests.global)/A", body: #"{"value": "x"}"#)
            let other = AgeIdentity()
            let body = "{\"recipient\": \"\(other.recipient)\"}"
            #expect(try await server.client.send(.post, "\(Self.path)/recipients", body: body).status == 200)
            let file = Array(try Data(contentsOf: server.directory.appending(path: "secrets.age")))
            #expect(try !AgeFile.open(file, with: [other]).isEmpty)
            let removed = try await server.client.send(.delete, "\(Self.path)/recipients/\(other.recipient)")
            #expect(try removed.json()["readable"] == ["global/A"])
            let again = try await server.client.send(.delete, "\(Self.path)/recipients/\(other.recipient)")
            #expect(again.code == "secrets.recipients")
        }
    }

    @Test("is sealed to the server's own identity anyway, which is no recipient")
    func ownIdentity() async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            let file = server.directory.appending(path: "secrets.key")
            let key = try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline)
                .first { $0.hasPrefix("AGE-SECRET-KEY-1") }
            let own = try AgeIdentity(String(try #require(key)))
            let body = "{\"recipient\": \"\(own.recipient)\"}"
            let answer = try await server.client.send(.post, "\(Self.path)/recipients", body: body)
            #expect(answer.code == "secrets.recipients")
        }
    }

    @Test("gets a new identity, and goes on being written")
    func rotation() async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            let before = try await server.client.send(.get, Self.path).json()["identity"]
            let after = try await server.client.send(.post, "\(Self.path)/rotate-identity").json()["identity"]
            #expect(before != after)
            let put = try await server.client.send(.put, "\(SecretHandlerTests.global)/A", body: #"{"value": "x"}"#)
            #expect(put.status == 201)
        }
    }

    @Test(
        "gets one new identity for a key, and another passphrase under that key is refused",
        arguments: [false, true]
    )
    func rotationOnce(isAnswerLost: Bool) async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            let store = IdempotencyMemory(isAnswerLost ? .forgets : .keeps)
            try await server.withRestart(store) { client in
                let first = try await Self.rotate(client, "the first passphrase")
                #expect(first.status == 200)
                let other = try await Self.rotate(client, "another passphrase")
                #expect(other.code == "idempotency.key_reused")
                let again = try await Self.rotate(client, "the first passphrase")
                #expect(try again.status == 200 && again.json()["identity"] == first.json()["identity"])
                #expect(try again.json()["generation"] == first.json()["generation"])
                for record in store.all {
                    #expect(!"\(record)".contains("the first passphrase"))
                }
            }
        }
    }

    @Test("that was put back is not used until it is accepted by its digest")
    func rolledBack() async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            let file = server.directory.appending(path: "secrets.age")
            let old = try Data(contentsOf: file)
            try await server.client.send(.put, "\(SecretHandlerTests.global)/A", body: #"{"value": "x"}"#)
            try old.write(to: file, options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            let put = try await server.client.send(.put, "\(SecretHandlerTests.global)/A", body: #"{"value": "y"}"#)
            #expect(put.code == "secrets.untrusted")
            #expect(try Self.log(server).map(\.event) == ["secret.refused", "secret.written"])
            #expect(try await server.client.send(.get, SecretHandlerTests.global).code == "secrets.untrusted")
            let status = try await server.client.send(.get, Self.path).json()
            #expect(status["reason"] == "rolled_back")
            let conditions = try await server.client.send(.get, "/api/control-plane/state").json()["conditions"]
            #expect(
                conditions?.arrayValue?.contains { $0["type"] == "SecretsTrusted" && $0["status"] == "False" } == true
            )
            let wrong = "{\"digest\": \"\(String(repeating: "0", count: 64))\"}"
            #expect(
                try await server.client.send(.post, "\(Self.path)/accept", body: wrong).code == "secrets.not_that_file"
            )
            let right = "{\"digest\": \"\(status["digest"]?.stringValue ?? "")\"}"
            #expect(try await server.client.send(.post, "\(Self.path)/accept", body: right).status == 200)
            #expect(try await server.client.send(.get, SecretHandlerTests.global).status == 200)
            let log = try Self.log(server)
            #expect(log.prefix(2).map(\.event) == ["secret.accepted", "secret.refused"])
            #expect(try JSONValue(parsing: Array(log[0].details.utf8))["reason"] == "rolled_back")
        }
    }

    @Test("that was exchanged is noticed by whoever looks, and by conditions, and used again when it is back")
    func noticed() async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            try await server.client.send(.put, "\(SecretHandlerTests.global)/A", body: #"{"value": "x"}"#)
            let file = server.directory.appending(path: "secrets.age")
            let good = try Data(contentsOf: file)
            try Self.put(good.dropLast(1), file)
            let conditions = try await server.client.send(.get, "/api/control-plane/state").json()["conditions"]
            let trusted = conditions?.arrayValue?.first { $0["type"] == "SecretsTrusted" }
            #expect(trusted?["reason"] == "Damaged")
            #expect(try await server.client.send(.get, Self.path).json()["status"] == "untrusted")
            #expect(try await server.client.send(.post, "\(Self.path)/verify").code == "secrets.untrusted")
            #expect(try await server.client.send(.get, SecretHandlerTests.global).code == "secrets.untrusted")
            try Self.put(good, file)
            #expect(try await server.client.send(.post, "\(Self.path)/verify").json()["status"] == "open")
            let put = try await server.client.send(.put, "\(SecretHandlerTests.global)/A", body: #"{"value": "y"}"#)
            #expect(put.status == 200)
        }
    }

    @Test("leaves an entry in the audit log for every change of who can read it, and for every refusal")
    func audited() async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            let other = AgeIdentity().recipient
            let body = "{\"recipient\": \"\(other)\"}"
            try await server.client.send(.post, "\(Self.path)/recipients", body: body)
            try await server.client.send(.delete, "\(Self.path)/recipients/\(other)")
            try await server.client.send(.delete, "\(Self.path)/recipients/\(other)")
            try await server.client.send(.post, "\(Self.path)/accept", body: "{}")
            try await server.client.send(.post, "\(Self.path)/rotate-identity")
            let log = try Self.log(server)
            #expect(
                log.map(\.event) == [
                    "secret.rotated", "secret.refused", "secret.refused", "secret.recipient_removed",
                    "secret.recipient_added",
                ]
            )
            let details = try log.map { try JSONValue(parsing: Array($0.details.utf8)) }
            #expect(details[4]["recipient"]?.stringValue == other.description)
            #expect(details[2]["attempt"] == "secret.recipient_removed" && details[2]["code"] == "secrets.recipients")
            #expect(details[1]["attempt"] == "secret.accepted" && details[1]["code"] == "secrets.not_that_file")
        }
    }

    @Test("that is lost with its recipients says, when that is accepted, that nobody else can open the next one")
    func lost() async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            let recipients = try await server.client.send(.get, Self.path).json()["recipients"]?.arrayValue ?? []
            let recovery = try #require(recipients.first?.stringValue)
            try await server.client.send(.delete, "\(Self.path)/recipients/\(recovery)")
            try FileManager.default.removeItem(at: server.directory.appending(path: "secrets.age"))
            let accepted = try await server.client.send(.post, "\(Self.path)/accept", body: "{}").json()
            #expect(accepted["status"] == "open" && accepted["recipients"] == [])
            #expect(accepted["warnings"]?.arrayValue?.count == 1)
        }
    }

    @Test("takes for a new passphrase only one of twelve characters or more", arguments: [(11, 422), (12, 200)])
    func passphrase(length: Int, status: Int) async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            let body = "{\"passphrase\": \"\(String(repeating: "é", count: length))\"}"
            let answer = try await server.client.send(.post, "\(Self.path)/rotate-identity", body: body)
            #expect(answer.status == status)
        }
    }

    private static func rotate(_ client: ContractClient, _ passphrase: String) async throws -> ContractClient.Answer {
        let body: JSONValue = ["passphrase": .string(passphrase)]
        let key = try #require(HTTPField.Name("Idempotency-Key"))
        return try await client.send(.post, "\(Self.path)/rotate-identity", headers: [key: "once"], json: body)
    }

    private static func log(_ server: StateServer) throws -> [AuditEntry] {
        try server.auditEntries().filter { $0.event.hasPrefix("secret.") }
    }

    private static func put(_ content: Data, _ file: URL) throws {
        try content.write(to: file, options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }
}
