import Documents
import Foundation
import TestSupport
import Testing

@Suite("git over HTTP, against the built program")
struct GitOverHTTPTests {
    private static let rules = "state/agents/release-notes/rules.md"

    @Test("A push is served as it returns, keeps its author, and is told by whom it was pushed")
    func push() async throws {
        try await withServer { server in
            let clone = try server.cloneOverHTTP(named: "clone")
            let grace = clone.setting(["GIT_AUTHOR_NAME": "Grace", "GIT_AUTHOR_EMAIL": "grace@example.com"])
            try grace.commit([Self.rules: "# Rules\n\nNone.\n"])
            try clone.run("push", "--quiet")
            let head = try clone.run("rev-parse", "HEAD")
            let served = try server.client.api("GET", "agents/release-notes/documents/rules")
            #expect(served.headers["x-state-revision"] == head)
            #expect(try served.json()["content"]?.stringValue == "# Rules\n\nNone.\n")
            let change = try server.client.api("GET", "changes/\(head)").json()
            #expect(change["channel"] == "push")
            #expect(change["author"]?["email"] == "grace@example.com")
            let pusher = try #require(change["pushed_by"]?.stringValue)
            #expect(try clone.run("show", "--no-patch", "--format=%cn") == "Ada")
            try clone.run("fetch", "--quiet", "origin", "refs/notes/gitplane:refs/notes/gitplane")
            let log = try clone.run("log", "-1", "--notes=gitplane")
            #expect(log.contains("Pushed-By: \(pusher)"))
            #expect(log.contains("Request-Id: \(change["request_id"]?.stringValue ?? "none")"))
            try server.git.checkIntegrity()
        }
    }

    @Test("A refused push says where and why, and leaves nothing; on another branch the same is a warning")
    func refusal() async throws {
        try await withServer { server in
            let clone = try server.cloneOverHTTP(named: "clone")
            let (before, objects) = try (server.head(), server.git.run("count-objects", "-v"))
            try clone.commit(["state/agents/release-notes/agent.json": "{\n  \"display_name\": 42\n}\n"])
            let failure = #expect(throws: Git.Failure.self) { try clone.run("push", "--quiet") }
            let place = "state/agents/release-notes/agent.json:2:19: "
            #expect(failure?.standardError.contains("remote: \(place)") == true)
            #expect(failure?.standardError.contains("[remote rejected]") == true)
            #expect(try server.head() == before)
            #expect(try server.git.run("count-objects", "-v") == objects)
            let remarks = try clone.remarks("push", "origin", "HEAD:refs/heads/proposal")
            #expect(remarks.contains("remote: warning: \(place)"))
            #expect(try server.git.run("rev-parse", "refs/heads/proposal") == clone.run("rev-parse", "HEAD"))
            #expect(try server.head() == before)
        }
    }

    @Test("Pushes that are refused stand in the audit log with who came from where, whoever refused them")
    func audit() async throws {
        try await withServer { server in
            let clone = try server.cloneOverHTTP(named: "clone")
            #expect(throws: Git.Failure.self) { try clone.run("push", "--quiet", "origin", "HEAD:refs/gitplane/mine") }
            try clone.commit(["state/agents/release-notes/agent.json": "{}\n"])
            #expect(throws: Git.Failure.self) { try clone.run("push", "--quiet") }
            let entries = try server.client.api("GET", "auth/audit?event=git.push_denied").json()["items"]?.arrayValue
            #expect(entries?.count == 2)
            for entry in entries ?? [] {
                #expect(entry["address"] == "127.0.0.1")
                #expect(entry["actor"]?.stringValue?.hasPrefix("break-glass:") == true)
                #expect(entry["details"]?["request_id"]?.stringValue?.isEmpty == false)
            }
        }
    }

    @Test("Shallow and partial clones work, and fetch what they lack", arguments: ["--depth=1", "--filter=blob:none"])
    func lean(option: String) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            let clone = try server.cloneOverHTTP(named: "clone", option)
            #expect(FileManager.default.fileExists(atPath: "\(clone.directory)/state/agents/atlas/agent.json"))
            try server.client.describe("atlas", as: "new")
            try clone.run("pull", "--quiet")
            #expect(try clone.run("rev-parse", "HEAD") == server.head())
            if option == "--depth=1" { try clone.run("fetch", "--quiet", "--unshallow") }
            #expect(try clone.run("rev-list", "--count", "HEAD") == server.git.run("rev-list", "--count", "main"))
            try clone.run("fsck", "--strict")
        }
    }

    @Test(
        "A server that is killed in the middle of a push leaves no git behind, and takes the push after its next start"
    )
    func killed() async throws {
        try await withServer { server in
            let clone = try server.cloneOverHTTP(named: "clone")
            try clone.commit([Self.rules: "# Rules\n"])
            let half = try HalfPush(WirePush(of: clone, to: "half"), to: server.client)
            try server.wait(for: "git") { try !server.gitProcesses().isEmpty && !server.quarantines().isEmpty }
            try server.kill()
            try server.wait(for: "the end of git") { try server.gitProcesses().isEmpty }
            withExtendedLifetime(half) {}
            let next = try restart(server)
            #expect(try next.quarantines() == [])
            try clone.run("remote", "set-url", "origin", next.gitAddress)
            try clone.run("push", "--quiet")
            #expect(try next.head() == clone.run("rev-parse", "HEAD"))
            try next.git.checkIntegrity()
        }
    }

    @Test("Clients that vanish in the middle of a push make place for others")
    func vanished() async throws {
        try await withServer { server in
            let clone = try server.cloneOverHTTP(named: "clone")
            try clone.commit([Self.rules: "# Rules\n"])
            let push = try WirePush(of: clone, to: "half")
            // As many as may push at once.
            var halves = try (0..<16).map { _ in try HalfPush(push, to: server.client) }
            try server.wait(for: "sixteen pushes") { try server.quarantines().count == 16 }
            withExtendedLifetime(halves) {}
            halves = []
            try clone.run("push", "--quiet")
            #expect(try server.head() == clone.run("rev-parse", "HEAD"))
            try server.wait(for: "the end of git") { try server.gitProcesses().isEmpty }
            try server.wait(for: "tidiness") { try server.quarantines().isEmpty }
            try server.git.checkIntegrity()
        }
    }
}
