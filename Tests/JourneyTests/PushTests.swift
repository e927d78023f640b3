import Documents
import Foundation
import TestSupport
import Testing

@Suite("A push by file path")
struct PushTests {
    @Test("is refused while no server runs, and goes through when one does")
    func stopped() async throws {
        try await withServer { server in
            let clone = try server.clone(named: "clone")
            let path = "state/agents/release-notes/rules.md"
            try clone.commit([path: "# Rules\n\nNone.\n"])
            try server.stop()
            let before = try server.head()
            let failure = #expect(throws: Git.Failure.self) { try clone.run("push", "--quiet") }
            #expect(failure?.standardError.contains("remote: ") == true)
            #expect(try server.head() == before)
            let next = try restart(server)
            try clone.run("push", "--quiet")
            let head = try clone.run("rev-parse", "HEAD")
            try next.client.waitUntilShown(head)
            let document = try next.client.api("GET", "agents/release-notes/documents/rules").json()
            #expect(document["content"]?.stringValue == "# Rules\n\nNone.\n")
        }
    }

    @Test("is refused after a kill, and never waits for a server that is gone")
    func killed() async throws {
        try await withServer { server in
            let clone = try server.clone(named: "clone")
            try clone.commit(["docs/notes.md": "# Notes\n"])
            try server.kill()
            #expect(throws: Git.Failure.self) { try clone.run("push", "--quiet") }
            let next = try restart(server)
            try clone.run("push", "--quiet")
            #expect(try next.git.run("rev-parse", "main") == clone.run("rev-parse", "HEAD"))
        }
    }

    @Test("names every broken place on a line of its own")
    func places() async throws {
        try await withServer { server in
            let clone = try server.clone(named: "clone")
            let agent = "state/agents/release-notes/agent.json"
            let skill = "skills/docs/SKILL.md"
            try clone.commit([agent: "{\n  \"display_name\": 42\n}\n", skill: "no front matter\n"])
            let failure = #expect(throws: Git.Failure.self) { try clone.run("push", "--quiet") }
            let lines = failure?.standardError.split(separator: "\n").map(String.init) ?? []
            #expect(lines.contains { $0.hasPrefix("remote: \(agent):2:19: ") })
            #expect(lines.contains { $0.hasPrefix("remote: \(skill):1:1: ") })
        }
    }

    @Test("does not repeat a credential that stands where the name of a secret belongs, and neither does the API")
    func misplacedCredential() async throws {
        try await withServer { server in
            let credential = "sk-live-0123456789abcdef"
            let policy = "\"resource_access_policy\": {\"allowed_global_secret_keys\": [\"\(credential)\"]}"
            let clone = try server.clone(named: "clone")
            try clone.commit(["state/agents/release-notes/agent.json": "{\n  \(policy)\n}\n"])
            let failure = #expect(throws: Git.Failure.self) { try clone.run("push", "--quiet") }
            let report = failure?.standardError ?? ""
            #expect(report.contains("allowed_global_secret_keys") && report.contains("^[A-Z][A-Z0-9_]"), "\(report)")
            #expect(!report.contains(credential), "\(report)")
            let answer = try server.client.api("PATCH", "agents/release-notes", body: "{\(policy)}")
            #expect(answer.status == 422)
            #expect(answer.text.contains("allowed_global_secret_keys"), "\(answer.text)")
            #expect(!answer.text.contains(credential), "\(answer.text)")
        }
    }
}
