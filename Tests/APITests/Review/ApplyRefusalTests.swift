import API
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("A change list that cannot be applied")
struct ApplyRefusalTests {
    static let refused: [([JSONValue], String, String)] = [
        (
            [
                ApplyTests.change("merge", "agents/atlas", ["description": "d"]),
                ApplyTests.change("merge", "agents/no", [:]),
            ],
            "agent.not_found", "/changes/1"
        ),
        ([ApplyTests.change("delete", "skills/a")], "skill.in_use", "/changes/0"),
        ([ApplyTests.change("delete", "skills/nothing")], "skill.not_found", "/changes/0"),
        ([ApplyTests.change("delete", "agents/atlas/documents/soul")], "document.not_found", "/changes/0"),
    ]

    @Test("The first entry that cannot be done names the code; the report is beside it", arguments: refused)
    func report(_ changes: [JSONValue], _ code: String, _ pointer: String) async throws {
        try await withStateServer(ApplyTests.files) { server in
            let answer = try await ApplyTests.send(server.client, changes)
            #expect(answer.code == code)
            let details = try answer.json()["details"]
            #expect(details?["pointer"] == .string(pointer))
            let proposal = try await server.client.send(
                .post,
                "/api/control-plane/state/validate",
                json: ["changes": .array(changes)]
            )
            #expect(try details?["diagnostics"] == proposal.json()["diagnostics"])
            #expect(try server.commitCount() == 1)
        }
    }

    @Test("Versions are compared for each entry, and one that does not hold stops all")
    func versions() async throws {
        try await withStateServer(ApplyTests.files) { server in
            let tag =
                try await server.client.send(.get, "/api/control-plane/agents/atlas").json()["etag"]?.stringValue ?? ""
            try await server.client.send(.patch, "/api/control-plane/agents/atlas", json: ["display_name": "Later"])
            var late = ApplyTests.change("merge", "agents/atlas", ["description": "x"]).objectValue ?? [:]
            late["if_match"] = .string(tag)
            let list = [ApplyTests.change("put", "agents/new", ["display_name": "N"]), JSONValue.object(late)]
            let answer = try await ApplyTests.send(server.client, list)
            #expect(answer.status == 412)
            let details = try answer.json()["details"]
            #expect(details?["pointer"] == "/changes/1")
            #expect(details?["changed"] == ["/display_name"])
            #expect(details?["current_etag"]?.stringValue != nil)
            var overlapping = ApplyTests.change("merge", "agents/atlas", ["display_name": "Mine"]).objectValue ?? [:]
            overlapping["base"] = .string(tag)
            let conflict = try await ApplyTests.send(server.client, [.object(overlapping)])
            #expect(conflict.code == "state.conflict")
            #expect(try conflict.json()["details"]?["conflicts"]?.arrayValue?.first?["pointer"] == "/display_name")
            var disjoint = ApplyTests.change("merge", "agents/atlas", ["description": "mine"]).objectValue ?? [:]
            disjoint["base"] = .string(tag)
            let merged = try await ApplyTests.send(server.client, [.object(disjoint)])
            #expect(merged.headers[.stateMerged] == "true")
            #expect(try server.commitCount() == 3)
        }
    }

    @Test("Entries that cannot be read are findings with their places, beside what else is wrong")
    func unreadable() async throws {
        try await withStateServer(ApplyTests.files) { server in
            let list = [
                ApplyTests.change("delete", "agents/nobody"),
                ApplyTests.change("put", "agents/atlas/documents/soul", [:]),
                ApplyTests.change("delete", "system-settings"),
            ]
            let answer = try await ApplyTests.send(server.client, list)
            #expect(answer.code == "request.invalid")
            let pointers = try answer.json()["details"]?.arrayValue?.compactMap { $0["pointer"]?.stringValue } ?? []
            #expect(Set(pointers) == ["/changes/0", "/changes/1/value", "/changes/2/op"])
        }
    }

    @Test("What would leave the state invalid is refused with the report of the gate")
    func invalid() async throws {
        try await withStateServer(ApplyTests.files) { server in
            let list = [
                ApplyTests.change("merge", "agents/atlas", ["skill_policy": ["enabled_skills": ["no-such"]]]),
                ApplyTests.change("put", "agents/new", ["display_name": "N", "colour": "red"]),
            ]
            let answer = try await ApplyTests.send(server.client, list)
            #expect(answer.code == "state.invalid")
            let codes = try answer.json()["details"]?.arrayValue?.compactMap { $0["code"]?.stringValue } ?? []
            #expect(Set(codes).isSuperset(of: ["reference.not_found", "object.unknown_field"]))
            #expect(try server.commitCount() == 1)
        }
    }

    @Test("A demand for versions holds for every entry that may overwrite something")
    func demandedVersions() async throws {
        let files = ApplyTests.files.merging([
            "state/system-settings.json": #"{"review": {"require_precondition": true}}"#
        ]) {
            $1
        }
        try await withStateServer(files) { server in
            let bare = try await ApplyTests.send(
                server.client,
                [ApplyTests.change("merge", "agents/atlas", ["description": "d"])]
            )
            #expect(bare.code == "state.precondition_required")
            let new = try await ApplyTests.send(
                server.client,
                [ApplyTests.change("put", "agents/new", ["display_name": "N"])]
            )
            #expect(new.status == 200)
            let provider = ApplyTests.change("merge", "providers/ollama", ["base_url": "http://127.0.0.1:9"])
            #expect(try await ApplyTests.send(server.client, [provider]).code == "state.precondition_required")
        }
    }

    @Test("A key in the words for the commit is refused as one in a document is, at every operation that takes words")
    func keyInMessage() async throws {
        let key = "ghp_" + String(repeating: "a", count: 36)
        try await withStateServer(PublishJourneyTests.ready) { server in
            let base = "/api/control-plane"
            let renamed = ApplyTests.change("merge", "agents/atlas", ["display_name": "New"])
            try await server.client.send(.patch, "\(base)/agents/atlas", json: ["display_name": "Other"])
            let count = try server.commitCount()
            for (path, members) in [
                ("state/apply", ["changes": [renamed]]), ("state/apply?dry_run=true", ["changes": [renamed]]),
                ("changes/2/revert", [:]), ("agents/atlas/publish", [:]),
            ] as [(String, JSONObject)] {
                var body = members
                body["message"] = .string("Renamed\n\nwith \(key)")
                let answer = try await server.client.send(.post, "\(base)/\(path)", json: .object(body))
                #expect(answer.code == "state.invalid", "\(path)")
                let finding = try answer.json()["details"]?.arrayValue?.first
                #expect(finding?["code"] == "secret.in_plain_text")
                #expect(finding?["pointer"] == "/message")
                #expect(!answer.text.contains(key))
            }
            #expect(try server.commitCount() == count)
            let report = try await server.client.send(
                .post,
                "\(base)/state/validate",
                json: ["changes": [renamed], "message": .string(key)]
            ).json()
            #expect(report["valid"] == false)
        }
    }
}
