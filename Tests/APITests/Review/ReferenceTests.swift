import API
import Documents
import Foundation
import HTTPTypes
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("What is named stays")
struct ReferenceTests {
    private static let agents = "/api/control-plane/agents"
    private static let skills = "/api/control-plane/skills"

    private static let files = PublishJourneyTests.ready.merging([
        "state/agents/boss/agent.json": #"{"display_name": "Boss"}"#,
        "skills/a/SKILL.md": "---\nname: a\ndescription: d\n---\n\nText\n",
        "skills/b/SKILL.md": "---\nname: b\ndescription: d\nrequires: [a]\n---\n\nText\n",
    ]) { $1 }

    private static func use(_ resource: String, _ file: String, _ pointer: String, published: Bool = false) -> JSONValue
    {
        [
            "resource": .string(resource), "file": .string(file), "pointer": .string(pointer),
            "published": .bool(published),
        ]
    }

    /// A release of `atlas` names the skill and the agent; its draft no longer does.
    private static func publish(_ server: StateServer) async throws {
        let policy: JSONValue = [
            "skill_policy": ["enabled_skills": ["a"]], "delegation_policy": ["escalate_to": "boss"],
        ]
        try await server.client.send(.patch, "\(agents)/atlas", json: policy)
        try await server.client.send(.post, "\(agents)/atlas/publish")
        try await server.client.send(.patch, "\(agents)/atlas", json: ["skill_policy": nil, "delegation_policy": nil])
    }

    private static let release = "state/releases/atlas.json"

    @Test("Drafts, skills and published definitions that name a resource are listed on demand, also of the past")
    func usedBy() async throws {
        try await withStateServer(Self.files) { server in
            try await Self.publish(server)
            let skill = try await server.client.send(.get, "\(Self.skills)/a?include=used_by")
            #expect(skill.headers[.eTag] == nil)
            #expect(
                try skill.json()["used_by"] == [
                    Self.use("agents/atlas", Self.release, "/skill_policy/enabled_skills/0", published: true),
                    Self.use("skills/b", "skills/b/SKILL.md", "/requires/0"),
                ]
            )
            let boss = try await server.client.send(.get, "\(Self.agents)/boss?include=used_by").json()
            let place = Self.use("agents/atlas", Self.release, "/delegation_policy/escalate_to", published: true)
            #expect(boss["used_by"] == [place])
            let before = try await server.client.send(.get, "\(Self.agents)/boss?include=used_by&at=1").json()
            #expect(before["used_by"] == [])
        }
    }

    @Test("A deletion over HTTP is refused with every place, also when only what is published names it")
    func deletions() async throws {
        try await withStateServer(Self.files) { server in
            try await Self.publish(server)
            let boss = try await server.client.send(.delete, "\(Self.agents)/boss")
            #expect(boss.code == "agent.in_use")
            #expect(try boss.json()["details"]?["used_by"]?.arrayValue?.count == 1)
            let skill = try await server.client.send(.delete, "\(Self.skills)/a")
            #expect(skill.code == "skill.in_use")
            #expect(try skill.json()["details"]?["used_by"]?.arrayValue?.count == 2)
            // Nobody names the publisher itself, and with it the last use of the other goes.
            try await server.client.send(.delete, "\(Self.agents)/atlas")
            #expect(try await server.client.send(.delete, "\(Self.agents)/boss").status == 204)
        }
    }

    @Test("The same deletions by the gate of a push are findings with file and place")
    func push() async throws {
        try await withStateServer(Self.files) { server in
            try await Self.publish(server)
            let snapshot = try server.services.snapshots.current
            let gone = ["state/agents/boss/agent.json", "skills/a/SKILL.md"]
            let edits = gone.compactMap { path in EntryPath(path).map { FileEdit(path: $0, change: .remove) } }
            let tree = try snapshot.head.applying(edits, decoder: server.services.rules.decoder) { _, _ in nil }
            let review = AdmissionReview(rules: server.services.rules, secrets: .empty, ledger: snapshot.ledger)
            let verdict = review.review(from: snapshot.head, to: tree, touched: edits.map(\.path), by: nil)
            let places = verdict.errors.filter { $0.code == "reference.not_found" }
                .map { "\($0.file) \($0.pointer?.description ?? "")" }
            #expect(
                Set(places) == [
                    "\(Self.release) /skill_policy/enabled_skills/0", "\(Self.release) /delegation_policy/escalate_to",
                    "skills/b/SKILL.md /requires/0",
                ]
            )
        }
    }

    @Test("A refusal lists a thousand places and counts the others")
    func limit() async throws {
        let users = (0...ReferenceUse.maximumListed).map { number in
            (
                "state/agents/u\(number)/agent.json",
                #"{"display_name": "U", "delegation_policy": {"escalate_to": "boss"}}"#
            )
        }
        let files = Self.files.merging(users) { $1 }
        try await withStateServer(files) { server in
            let more = try await server.client.send(.delete, "\(Self.agents)/boss").json()["details"]
            #expect(more?["used_by"]?.arrayValue?.count == ReferenceUse.maximumListed)
            #expect(more?["total"] == JSONValue(ReferenceUse.maximumListed + 1))
            try await server.client.send(.delete, "\(Self.agents)/u0")
            let most = try await server.client.send(.delete, "\(Self.agents)/boss").json()["details"]
            #expect(most?["used_by"]?.arrayValue?.count == ReferenceUse.maximumListed)
            #expect(most?["total"] == nil)
        }
    }

    @Test("Who uses a shared variable or an added tool is told with the settings, also of the past")
    func settingUses() async throws {
        let grants = #"{"integration_grants": {"github": {"shared_env_keys": ["REGION"]}}}"#
        let agent = #"{"display_name": "A", "tool_policy": {"allowed_tool_ids": ["own_tool", "browser_go"]}, "#
        let files = [
            "state/system-settings.json":
                #"{"shared_variables": {"REGION": "eu", "ZONE": "a"}, "tools": {"additional_tool_ids": ["own_tool"]}}"#,
            "state/agents/atlas/agent.json": agent + "\"resource_access_policy\": \(grants)}",
        ]
        try await withStateServer(files) { server in
            let path = "/api/control-plane/system-settings"
            let plain = try await server.client.send(.get, path)
            #expect(try plain.json()["used_by"] == nil)
            #expect(plain.headers[.eTag] != nil)
            try await server.client.send(.delete, "\(Self.agents)/atlas")
            #expect(try await server.client.send(.get, "\(path)?include=used_by").json()["used_by"] == [])
            let past = try await server.client.send(.get, "\(path)?include=used_by,diagnostics&at=1")
            #expect(past.headers[.eTag] == nil)
            let pointer = "/resource_access_policy/integration_grants/github/shared_env_keys/0"
            #expect(
                try past.json()["used_by"] == [
                    Self.settingUse("/tool_policy/allowed_tool_ids/0", "/tools/additional_tool_ids"),
                    Self.settingUse(pointer, "/shared_variables/REGION"),
                ]
            )
            #expect(try past.json()["diagnostics"] == [])
        }
    }

    private static func settingUse(_ pointer: String, _ setting: String) -> JSONValue {
        var use = use("agents/atlas", "state/agents/atlas/agent.json", pointer).objectValue ?? [:]
        use["setting"] = .string(setting)
        return .object(use)
    }
}
