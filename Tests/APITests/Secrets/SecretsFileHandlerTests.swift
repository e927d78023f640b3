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

    @Test("that was put back is not used until it is accepted by its digest")
    func rolledBack() async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            let file = server.directory.appending(path: "secrets.age")
            let old = try Data(contentsOf: file)
            try await server.client.send(.put, "\(SecretHandlerTests.global)/A", body: #"{"value": "x"}"#)
            try old.write(to: file, options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            let put = try await server.client.send(.put, "\(SecretHandlerTests.global)/A", body: #"{"value": "y"}"#)
            #expect(put.code == "secrets.unavailable")
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
        }
    }
}
