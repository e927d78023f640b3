import API
import Access
import Documents
import Foundation
import HTTPTypes
import Secrets
import TestSupport
import Testing

@Suite("What a crash leaves between the secrets and the state")
struct ConnectionRepairTests {
    @Test("is put right, and told in the state's conditions and the audit log")
    func repaired() async throws {
        try await withStateServer(SecretHandlerTests.files) { server in
            let id = try #require(SecretID("providers/codex/OPENAI_API_KEY"))
            let value = try #require(SecretValue("cut off"))
            let state = try await server.client.send(.get, "/api/control-plane/state").json()
            let revision = try #require(state["revision"]?.stringValue)
            let point = SecretsPoint(revision: revision, sequence: try #require(state["sequence"]?.intValue))
            #expect(Self.repair(state) == nil)
            // The secrets are written, the commit with the id of the request never came.
            try await server.services.secrets.store.change { document throws(SecretsError) in
                document.begin(id.scope, "request-that-was-cut-off", since: point)
                try document.set(id, to: value, by: .init(name: "operator:1", time: 1_700_000_000))
            }
            await server.services.secrets.follow()
            #expect(server.services.secrets.store.board.current.document?.entries[id] == nil)
            let repair = Self.repair(try await server.client.send(.get, "/api/control-plane/state").json())
            #expect(repair?["reason"] == "TakenBack" && repair?["status"] == "True")
            #expect(repair?["message"]?.stringValue?.contains("providers/codex") == true)
            let entry = try #require(try server.auditEntries().first)
            #expect(entry.event == "secret.taken_back" && entry.actor == "server")
        }
    }

    private static func repair(_ state: JSONValue) -> JSONValue? {
        state["conditions"]?.arrayValue?.first { $0["type"] == "SecretsRepaired" }
    }
}
