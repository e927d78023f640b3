import API
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Publishing over HTTP")
struct PublishJourneyTests {
    private static let agent = "/api/control-plane/agents/atlas"

    /// An agent that can be published as it is.
    static let ready = [
        "state/agents/atlas/agent.json": """
        {
          "display_name": "Atlas",
          "mission_profile": {"mission": "Find the way."},
          "model_policy": {"default_provider": "ollama"}
        }

        """,
        "state/providers/ollama.json": #"{"auth_mode": "local", "base_url": "http://127.0.0.1:11434"}"#,
        "state/system-settings.json":
            #"{"providers": {"ollama_enabled": true, "ollama_default_model": "qwen3:latest"}}"#,
    ]

    private static func mission(_ text: String) -> JSONValue { ["mission_profile": ["mission": .string(text)]] }

    @Test("From draft to version 3: report, publish, activate, edit, publish, roll back, each one commit")
    func journey() async throws {
        try await withStateServer(Self.ready) { server in
            let report = try await server.client.send(.post, "\(Self.agent)/validate").json()
            #expect(report["valid"] == true)
            #expect(report["next_version"] == 1)
            #expect(report["unchanged"] == false)
            #expect(report["model"] == ["provider_id": "ollama", "model_id": "qwen3:latest"])

            let first = try await server.client.send(.post, "\(Self.agent)/publish", json: ["message": "First one"])
            let release = try first.json()
            #expect(release["version"] == 1)
            #expect(release["definition"] == report["definition"])
            #expect(release["active"] == false)
            #expect(release["revision"]?.stringValue == first.headers[.stateRevision])
            #expect(release["sequence"] == 2)
            #expect(release["changes"]?.arrayValue?.first?["resource"] == "releases/atlas")
            #expect(release["unchanged"] == nil)
            let message = try server.git.run("log", "-1", "--format=%B", "main")
            #expect(message.hasPrefix("agents/atlas: publish version 1\n\nFirst one\n"))

            let again = try await server.client.send(.post, "\(Self.agent)/publish")
            #expect(try again.json()["unchanged"] == true)
            #expect(try again.json()["revision"] == release["revision"])
            #expect(try again.json()["version"] == 1)
            let active = try await server.client.send(.post, "\(Self.agent)/activate")
            #expect(try active.json()["active"] == true)
            #expect(try active.json()["version"] == 1)
            #expect(try server.commitCount() == 3)

            try await server.client.send(.patch, Self.agent, json: Self.mission("Find a better way."))
            let second = try await server.client.send(.post, "\(Self.agent)/publish")
            #expect(try second.json()["version"] == 2)
            #expect(try second.json()["active"] == true)
            let back = try await server.client.send(.post, "\(Self.agent)/publish", json: ["version": 1])
            #expect(try back.json()["version"] == 3)
            #expect(try back.json()["definition"] == release["definition"])
            let off = try await server.client.send(.post, "\(Self.agent)/activate", json: ["active": false])
            #expect(try off.json()["active"] == false)

            let agent = try await server.client.send(.get, Self.agent)
            #expect(agent.headers[.eTag] == off.headers[.eTag])
            #expect(try agent.json()["has_unpublished_changes"] == true)
            try Self.checkLedger(
                server,
                [1: release["definition"], 2: second.json()["definition"], 3: release["definition"]]
            )
        }
    }

    /// The ledger's tree, as git lists it, holds exactly these definitions.
    private static func checkLedger(_ server: StateServer, _ versions: [Int: JSONValue?]) throws {
        for (version, definition) in versions {
            let tree = try server.git.run("rev-parse", "refs/gitplane/releases:atlas/\(version)")
            #expect(definition?.stringValue == tree)
        }
        let listed = try server.git.run("ls-tree", "-r", "--name-only", "refs/gitplane/releases").split(separator: "\n")
        #expect(listed.sorted() == versions.keys.map { "atlas/\($0)/agent.json" }.sorted()[...].map { Substring($0) })
    }

    @Test("The first publish can activate; a dry run shows the same and writes neither commit nor ledger")
    func dryRun() async throws {
        try await withStateServer(Self.ready) { server in
            let body: JSONValue = ["activate": true]
            let dry = try await server.client.send(.post, "\(Self.agent)/publish?dry_run=true", json: body)
            #expect(dry.status == 200)
            #expect(dry.headers[.eTag] == nil)
            #expect(try dry.json()["revision"] == nil)
            #expect(try dry.json()["version"] == 1)
            #expect(try dry.json()["diff"] == dry.json()["changes"])
            #expect(try server.commitCount() == 1)
            #expect(try server.git.run("for-each-ref", "refs/gitplane").isEmpty)
            let real = try await server.client.send(.post, "\(Self.agent)/publish", json: body)
            #expect(try real.json()["active"] == true)
            #expect(try real.json()["changes"] == dry.json()["changes"])
        }
    }

    static let blockedPatches: [(JSONValue, String)] = [
        (["mission_profile": nil], "publish.no_prompt"),
        (["model_policy": ["default_provider": "claude"]], "publish.no_model"),
        (["model_policy": ["allowed_providers": ["claude"]]], "publish.provider_not_allowed"),
        (["model_policy": ["max_budget_usd": 5, "max_total_budget_usd": 1]], "publish.budget"),
        (
            ["resource_access_policy": ["allowed_global_secret_keys": ["NO_SUCH_KEY"]]],
            "reference.secret_missing"
        ),
    ]

    @Test(
        "A draft that cannot run is blocked with file and line, and the report says the same",
        arguments: blockedPatches
    )
    func blocked(_ patch: JSONValue, _ code: String) async throws {
        try await withStateServer(Self.ready) { server in
            #expect(try await server.client.send(.patch, Self.agent, json: patch).status == 200)
            let report = try await server.client.send(.post, "\(Self.agent)/validate").json()
            #expect(report["valid"] == false)
            let refused = try await server.client.send(.post, "\(Self.agent)/publish")
            #expect(refused.status == 422)
            #expect(refused.code == "agent.publish_blocked")
            let details = try #require(refused.json()["details"]?.arrayValue)
            #expect(details == report["diagnostics"]?.arrayValue)
            let finding = try #require(details.first { $0["code"]?.stringValue == code }, "\(details)")
            #expect(finding["file"] == "state/agents/atlas/agent.json")
            #expect(try server.commitCount() == 2)
        }
    }

    static let refused: [(String, JSONValue, Int, String)] = [
        ("atlas/publish", ["version": 7], 404, "agent.version_not_found"),
        ("nobody/publish", [:], 404, "agent.not_found"), ("Nobody/publish", [:], 404, "agent.not_found"),
        ("nobody/validate", [:], 404, "agent.not_found"), ("nobody/activate", [:], 404, "agent.not_found"),
        ("atlas/activate", [:], 409, "agent.not_published"),
        ("atlas/publish", ["version": 0], 422, "request.invalid"),
        ("atlas/publish", ["version": "1"], 422, "request.invalid"),
        ("atlas/publish", ["activate": 1], 422, "request.invalid"),
        ("atlas/publish", ["colour": "red"], 422, "request.invalid"),
        ("atlas/activate", ["active": nil], 422, "request.invalid"),
    ]

    @Test("What cannot be asked for gets its code and writes nothing", arguments: refused)
    func refusals(_ path: String, _ body: JSONValue, _ status: Int, _ code: String) async throws {
        try await withStateServer(Self.ready) { server in
            let answer = try await server.client.send(.post, "/api/control-plane/agents/\(path)", json: body)
            #expect(answer.status == status)
            #expect(answer.code == code)
            #expect(try server.commitCount() == 1)
        }
    }

    @Test("If-Match guards publishing, and the answer's tag is the agent's")
    func preconditions() async throws {
        try await withStateServer(Self.ready) { server in
            let stale = try await server.client.send(
                .post,
                "\(Self.agent)/publish",
                headers: [.ifMatch: "\"0\""]
            )
            #expect(stale.code == "state.precondition_failed")
            let tag = try await server.client.send(.get, Self.agent).headers[.eTag] ?? ""
            let done = try await server.client.send(.post, "\(Self.agent)/publish", headers: [.ifMatch: tag])
            #expect(done.status == 200)
            #expect(try await server.client.send(.get, Self.agent).headers[.eTag] == done.headers[.eTag])
        }
    }

    @Test("Publishing needs agents:publish, which does not write drafts, and the other way round")
    func scopes() async throws {
        try await withStateServer(Self.ready) { server in
            let writer = server.client(.stateRead, .stateWrite)
            let outcome175 = try await writer.send(.post, "\(Self.agent)/publish").code
            #expect(outcome175 == "auth.insufficient_scope")
            let outcome176 = try await writer.send(.post, "\(Self.agent)/validate").status
            #expect(outcome176 == 200)
            let publisher = server.client(.agentsPublish)
            let outcome178 = try await publisher.send(.post, "\(Self.agent)/publish").status
            #expect(outcome178 == 200)
            let outcome179 = try await publisher.send(.patch, Self.agent, json: [:]).code
            #expect(outcome179 == "auth.insufficient_scope")
        }
    }

    @Test("git revert of a publish, pushed, takes it back; publishing again takes the next number")
    func revertByGit() async throws {
        try await withStateServer(Self.ready) { server in
            let first = try await server.client.send(.post, "\(Self.agent)/publish", json: ["activate": true]).json()
            try await server.client.send(.patch, Self.agent, json: Self.mission("Find a better way."))
            let second = try await server.client.send(.post, "\(Self.agent)/publish").json()
            let revision = try #require(second["revision"]?.stringValue)
            let checkout = server.directory.appending(path: "checkout")
            try server.git.run("clone", "--quiet", server.git.directory, checkout.path)
            let hand = Git(directory: checkout.path)
            try hand.run("revert", "--no-edit", revision)
            try hand.run("push", "--quiet", "origin", "HEAD:main")
            try await server.reconcile()

            let agent = try await server.client.send(.get, "\(Self.agent)?version=published").json()
            #expect(agent["version"] == 1)
            #expect(agent["mission_profile"]?["mission"] == "Find the way.")
            #expect(try await server.client.send(.get, "/api/control-plane/state").json()["diagnostics"] == [])
            let versions = try await server.client.send(.get, "\(Self.agent)/versions").json()["items"]?.arrayValue
            #expect(versions?.compactMap { $0["version"]?.intValue } == [2, 1])
            let third = try await server.client.send(.post, "\(Self.agent)/publish").json()
            #expect(third["version"] == 3)
            #expect(third["definition"] == second["definition"])
            let repinned = try await server.client.send(.post, "\(Self.agent)/publish", json: ["version": 1]).json()
            #expect(repinned["definition"] == first["definition"])
            #expect(repinned["version"] == 4)
        }
    }

    @Test("A release that came by update-ref is in the ledger, and one without a file is unpublished")
    func releaseByGit() async throws {
        try await withStateServer(Self.ready) { server in
            let tree = try server.git.run("rev-parse", "main:state/agents/atlas")
            let release = #"{"version": 5, "definition": "\#(tree)", "active": true}"#
            try await server.force(["state/releases/atlas.json": release])
            let versions = try await server.client.send(.get, "\(Self.agent)/versions").json()["items"]?.arrayValue
            #expect(versions?.compactMap { $0["version"]?.intValue } == [5])
            #expect(versions?.first?["published_by"] == "Ada")
            #expect(try server.git.run("rev-parse", "refs/gitplane/releases:atlas/5") == tree)
            try await server.force(["state/releases/atlas.json": nil])
            #expect(try await server.client.send(.get, Self.agent).json()["status"] == "draft")
            let next = try await server.client.send(.post, "\(Self.agent)/publish").json()
            #expect(next["version"] == 6)
            #expect(next["active"] == false)
        }
    }

    @Test("A broken release file refuses activation with its place; publishing repairs it")
    func brokenRelease() async throws {
        try await withStateServer(Self.ready) { server in
            try await server.client.send(.post, "\(Self.agent)/publish")
            try await server.force(["state/releases/atlas.json": "{\"version\": 1}\n"])
            let refused = try await server.client.send(.post, "\(Self.agent)/activate")
            #expect(refused.code == "state.head_invalid")
            #expect(try refused.json()["details"]?.arrayValue?.first?["file"] == "state/releases/atlas.json")
            let repaired = try await server.client.send(.post, "\(Self.agent)/publish")
            #expect(repaired.status == 200)
            #expect(try repaired.json()["version"] == 2)
        }
    }
}
