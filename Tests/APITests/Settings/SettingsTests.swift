import API
import Documents
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("System settings over HTTP")
struct SettingsTests {
    private static let path = "/api/control-plane/system-settings"
    private static let file = "state/system-settings.json"

    /// Formatted by hand, so that a write shows what it leaves alone.
    private static let handmade = [
        file: """
        {
          "$schema": "https://gitplane.dev/schemas/system-settings.json",
          "memory":   { "max_recall": 10 },
          "shared_variables": {"A": "1"},

          "providers": {"fallback_order": ["ollama"]}
        }

        """
    ]

    @Test("A read shows what the file sets, the defaults, and which is which")
    func read() async throws {
        try await withStateServer(Self.handmade) { server in
            let answer = try await server.client.send(.get, Self.path)
            let body = try answer.json()
            #expect(answer.status == 200)
            #expect(body.objectValue?.keys.prefix(3) == ["values", "effective", "sources"])
            #expect(body["values"]?["$schema"] == nil)
            #expect(body["values"]?["memory"] == ["max_recall": 10])
            #expect(body["effective"]?["memory"]?["max_recall"] == 10)
            #expect(body["effective"]?["memory"]?["max_context_tokens"] == 3500)
            #expect(body["sources"]?["memory"]?["max_recall"] == "file")
            #expect(body["sources"]?["memory"]?["max_context_tokens"] == "default")
            #expect(body["sources"]?["providers"]?["fallback_order"] == "file")
            #expect(body["sources"]?["shared_variables"] == ["A": "file"])
            #expect(body["sources"]?["security"]?["plain_text_exceptions"] == "default")
            let tag = try #require(body["etag"]?.stringValue)
            #expect(answer.headers[.eTag] == "\"\(tag)\"")
            let again = try await server.client.send(.get, Self.path, headers: [.ifNoneMatch: "\"\(tag)\""])
            #expect(again.status == 304)
        }
    }

    @Test("Without a file the defaults hold, and a patch makes the file")
    func absentFile() async throws {
        try await withStateServer([:]) { server in
            let before = try await server.client.send(.get, Self.path)
            #expect(try before.json()["values"] == [:])
            #expect(try before.json()["sources"]?["memory"]?["max_recall"] == "default")
            let nothing = try await server.client.send(.patch, Self.path, json: [:])
            #expect(nothing.status == 200)
            #expect(try server.commitCount() == 1)
            let answer = try await server.client.send(.patch, Self.path, json: ["memory": ["max_recall": 7]])
            #expect(answer.status == 200)
            #expect(try answer.json()["values"] == ["memory": ["max_recall": 7]])
            let text = try server.file(Self.file)
            #expect(text.hasPrefix("{\n  \"$schema\""))
        }
    }

    @Test("A merge patch changes one value and no other byte of the file; null resets it")
    func mergePatch() async throws {
        try await withStateServer(Self.handmade) { server in
            let answer = try await server.client.send(.patch, Self.path, json: ["memory": ["max_recall": 11]])
            #expect(answer.status == 200)
            let expected = Self.handmade[Self.file]?.replacing("10", with: "11")
            #expect(try server.file(Self.file) + "\n" == expected)
            #expect(try server.git.run("log", "-1", "--format=%s", "main").contains("memory.max_recall 10 → 11"))
            let tag = answer.headers[.eTag]
            let reset = try await server.client.send(
                .patch,
                Self.path,
                headers: [.ifMatch: tag ?? ""],
                json: ["memory": ["max_recall": nil]]
            )
            #expect(try reset.json()["effective"]?["memory"]?["max_recall"] == 25)
            #expect(try reset.json()["sources"]?["memory"]?["max_recall"] == "default")
            #expect(reset.headers[.eTag] != tag)
        }
    }

    @Test("A JSON Patch is about values: $schema is not there to be tested and not lost")
    func jsonPatch() async throws {
        try await withStateServer(Self.handmade) { server in
            let type: HTTPFields = [.contentType: "application/json-patch+json"]
            let values = try await server.client.send(.get, Self.path).json()["values"] ?? nil
            let operations: JSONValue = [
                ["op": "test", "path": "", "value": values],
                ["op": "add", "path": "/shared_variables/B", "value": "2"],
                ["op": "remove", "path": "/memory"],
            ]
            let answer = try await server.client.send(.patch, Self.path, headers: type, json: operations)
            #expect(answer.status == 200)
            #expect(try answer.json()["values"]?["shared_variables"] == ["A": "1", "B": "2"])
            #expect(try server.file(Self.file).contains("\"$schema\""))
            let replaced = try await server.client.send(
                .patch,
                Self.path,
                headers: type,
                json: [["op": "replace", "path": "", "value": [:]]]
            )
            #expect(try replaced.json()["values"] == [:])
            #expect(try server.file(Self.file).contains("\"$schema\""))
        }
    }

    static let refused: [(String, JSONValue, Int, String)] = [
        ("application/json", ["memory": ["max_recall": 0]], 422, "request.invalid"),
        ("application/json", ["memory": ["max_recal": 1]], 422, "request.invalid"),
        ("application/json", ["memory": 1], 422, "request.invalid"),
        ("application/json", [], 422, "request.invalid"),
        ("application/json", ["updated_by": "Mallory"], 422, "request.invalid"),
        ("application/json", ["etag": "0"], 412, "state.precondition_failed"),
        ("application/json", ["providers": ["default_provider": "olama"]], 422, "state.invalid"),
        (
            "application/json-patch+json", [["op": "test", "path": "/memory/max_recall", "value": 1]], 422,
            "state.invalid"
        ),
        ("application/json-patch+json", [["op": "remove", "path": "/nowhere"]], 422, "state.invalid"),
        ("application/json-patch+json", [["op": "replace", "path": "", "value": 1]], 422, "state.invalid"),
        ("application/json-patch+json", [["op": "add", "path": "/memory/x", "value": 1]], 422, "state.invalid"),
        ("application/json-patch+json", ["op": "remove"], 422, "request.invalid"),
        ("text/plain", [:], 415, "request.unsupported_media_type"),
    ]

    @Test("A patch that is wrong gets its code and writes nothing", arguments: refused)
    func refusals(_ type: String, _ body: JSONValue, _ status: Int, _ code: String) async throws {
        try await withStateServer(Self.handmade) { server in
            let answer = try await server.client.send(.patch, Self.path, headers: [.contentType: type], json: body)
            #expect(answer.status == status)
            #expect(answer.code == code)
            #expect(try server.commitCount() == 1)
        }
    }

    @Test("What only the server sets may be repeated, and a stale etag is told before it")
    func roundTrip() async throws {
        try await withStateServer(Self.handmade) { server in
            let first = try await server.client.send(.get, Self.path).json()
            var edit: JSONObject = ["memory": ["max_recall": 12]]
            for name in ["updated_at", "updated_by", "updated_revision", "etag"] { edit[name] = first[name] }
            let answer = try await server.client.send(.patch, Self.path, json: .object(edit))
            #expect(answer.status == 200)
            let stale = try await server.client.send(.patch, Self.path, json: .object(edit))
            #expect(stale.status == 412)
            #expect(try stale.json()["details"]?["changed"] == ["/memory/max_recall"])
            edit["etag"] = nil
            edit["updated_revision"] = .string(String(repeating: "a", count: 40))
            let wrong = try await server.client.send(.patch, Self.path, json: .object(edit))
            #expect(wrong.code == "request.invalid")
        }
    }

    @Test("With base, disjoint edits merge and overlapping ones conflict by field")
    func merging() async throws {
        try await withStateServer(Self.handmade) { server in
            let base = try await server.client.send(.get, Self.path).json()["etag"]?.stringValue ?? ""
            try await server.client.send(.patch, Self.path, json: ["memory": ["max_recall": 11]])
            let merged = try await server.client.send(
                .patch,
                "\(Self.path)?base=\(base)",
                json: ["memory": ["recall_threshold": 1]]
            )
            #expect(merged.status == 200)
            #expect(merged.headers[.stateMerged] == "true")
            #expect(try merged.json()["values"]?["memory"]?["max_recall"] == 11)
            let conflict = try await server.client.send(
                .patch,
                "\(Self.path)?base=\(base)",
                json: ["memory": ["max_recall": 12]]
            )
            #expect(conflict.code == "state.conflict")
            let details = try conflict.json()["details"]
            #expect(details?["conflicts"]?.arrayValue?.first?["pointer"] == "/memory/max_recall")
            #expect(details?["conflicts"]?.arrayValue?.first?["current"] == 11)
            let unknown = String(repeating: "a", count: 40)
            let lost = try await server.client.send(.patch, "\(Self.path)?base=\(unknown)", json: [:])
            #expect(lost.code == "revision.not_found")
        }
    }

    @Test("A dry run shows the difference and writes nothing")
    func dryRun() async throws {
        try await withStateServer(Self.handmade) { server in
            let answer = try await server.client.send(
                .patch,
                "\(Self.path)?dry_run=true",
                json: ["memory": ["max_recall": 11]]
            )
            #expect(answer.status == 200)
            #expect(answer.headers[.eTag] == nil)
            #expect(try answer.json()["values"]?["memory"]?["max_recall"] == 11)
            let change = try answer.json()["diff"]?.arrayValue?.first
            #expect(change?["file"] == .string(Self.file))
            #expect(
                change?["fields"] == [["pointer": "/memory/max_recall", "op": "replace", "before": 10, "after": 11]]
            )
            #expect(try server.commitCount() == 1)
        }
    }

    @Test("A demand for If-Match or base is 428 without one")
    func preconditionRequired() async throws {
        try await withStateServer([Self.file: #"{"review": {"require_precondition": true}}"#]) { server in
            let answer = try await server.client.send(.patch, Self.path, json: ["memory": ["max_recall": 11]])
            #expect(answer.code == "state.precondition_required")
            let read = try await server.client.send(.get, Self.path)
            let headers: HTTPFields = [.ifMatch: read.headers[.eTag] ?? ""]
            let retried = try await server.client.send(
                .patch,
                Self.path,
                headers: headers,
                json: ["memory": ["max_recall": 11]]
            )
            #expect(retried.status == 200)
        }
    }

    @Test("Broken settings keep their last good version, cannot be patched, and ?at= still tells the past")
    func brokenHead() async throws {
        try await withStateServer(Self.handmade) { server in
            try await server.force([Self.file: "{\"memory\": {\"max_recall\": \"many\"}}\n"])
            let served = try await server.client.send(.get, Self.path)
            #expect(try served.json()["values"]?["memory"]?["max_recall"] == 10)
            let refused = try await server.client.send(.patch, Self.path, json: ["memory": ["max_recall": 11]])
            #expect(refused.code == "state.head_invalid")
            #expect(try refused.json()["details"]?.arrayValue?.first?["line"] == 1)
            let past = try await server.client.send(.get, "\(Self.path)?at=1")
            #expect(try past.json()["values"]?["memory"]?["max_recall"] == 10)
        }
    }

    @Test("Reading needs state:read and writing state:write")
    func scopes() async throws {
        try await withStateServer(Self.handmade) { server in
            let reader = server.client(.stateRead)
            #expect(try await reader.send(.get, Self.path).status == 200)
            let refused = try await reader.send(.patch, Self.path, json: [:])
            #expect(refused.code == "auth.insufficient_scope")
            #expect(try await server.client(.stateWrite).send(.get, Self.path).status == 403)
        }
    }
}
