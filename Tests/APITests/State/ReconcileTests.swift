import API
import Documents
import Foundation
import HTTPTypes
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("POST /state/reconcile, and what passes report")
struct ReconcileTests {
    private static let path = "/api/control-plane/state"

    /// The conditions by type, as status and reason.
    private func conditions(_ body: JSONValue) -> [String: String] {
        let list = body["conditions"]?.arrayValue ?? []
        let pairs = list.map { condition in
            let words = ["type", "status", "reason"].map { condition[$0]?.stringValue ?? "" }
            return (words[0], words[1...].joined(separator: " "))
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    private func present(_ server: StateServer) async throws -> [String: String] {
        try await conditions(server.client.send(.get, Self.path).json())
    }

    @Test("A pass that is asked for serves what is there when it answers")
    func now() async throws {
        try await withStateServer([:]) { server in
            try server.git.importCommits(3)
            let answer = try await server.client.send(.post, "\(Self.path)/reconcile")
            let body = try answer.json()
            #expect(try body["revision"] == .string(server.git.run("rev-parse", "main")))
            #expect(body["sequence"] == 4 && answer.headers[.stateSequence] == "4")
            #expect(conditions(body) == ["Ready": "True Reconciled"])
            #expect(try await server.client.send(.get, "/api/control-plane/agents/a").status == 200)
            let refused = try await server.client(.stateRead).send(.post, "\(Self.path)/reconcile")
            #expect(refused.code == "auth.insufficient_scope")
        }
    }

    @Test("A pass that is asked for takes the working tree in, but no edit that has not rested")
    func workingTree() async throws {
        try await withServedWorkingTree([:]) { server, tree in
            try tree.write("docs/a.md", "a\n")
            try tree.git.run("add", "--all")
            try tree.git.run("commit", "--quiet", "-m", "A")
            let merged = try await server.client.send(.post, "\(Self.path)/reconcile").json()
            #expect(try merged["revision"] == .string(server.git.run("rev-parse", "main")))
            #expect(try server.file("docs/a.md") == "a")
            #expect(conditions(merged) == ["Ready": "True Reconciled", "WorkingTreeClean": "True Clean"])
            try tree.write("docs/a.md", "b\n")
            let early = try await server.client.send(.post, "\(Self.path)/reconcile").json()
            #expect(conditions(early)["WorkingTreeClean"] == "False EditsPending")
            tree.wait(WorkingTreeHarness.quiet)
            let late = try await server.client.send(.post, "\(Self.path)/reconcile").json()
            #expect(conditions(late)["WorkingTreeClean"] == "True Clean")
            #expect(try server.file("docs/a.md") == "b")
        }
    }

    @Test("Passes that fail are retried, then stalled; what was good is served, and the first good pass clears it all")
    func stalled() async throws {
        try await withStateServer(["state/agents/a/agent.json": "{\"display_name\": \"A\"}\n"]) { server in
            let head = try server.git.run("rev-parse", "main")
            try server.git.run("update-ref", "-d", "refs/heads/main")
            for number in 1...4 {
                let answer = try await server.client.send(.post, "\(Self.path)/reconcile")
                #expect(answer.code == "state.unavailable")
                #expect(!answer.text.contains(server.directory.path))
                let (type, reason) = number < 3 ? ("Reconciling", "Retrying") : ("Stalled", "StateUnavailable")
                #expect(try await present(server) == ["Ready": "False ReconcileFailed", type: "True \(reason)"])
                #expect(try await server.client.send(.get, "/api/control-plane/agents/a").status == 200)
            }
            try server.git.run("update-ref", "refs/heads/main", head)
            try await server.reconcile()
            #expect(try await present(server) == ["Ready": "True Reconciled"])
        }
    }

    @Test("A main that lost commits is reported, with the ref that keeps them, until the ref is deleted")
    func rewritten() async throws {
        try await withStateServer([:]) { server in
            let first = try server.git.run("rev-parse", "main")
            var tips: [String] = []
            for number in 1...2 {
                tips.append(try await server.force(["docs/\(number).md": "x\n"]))
                try server.git.run("update-ref", "refs/heads/main", first)
                let body = try await server.client.send(.post, "\(Self.path)/reconcile").json()
                #expect(body["revision"] == .string(first))
                #expect(conditions(body)["HistoryRewritten"] == "True MainReplaced")
                #expect(try server.git.run("rev-parse", "refs/gitplane/lost/\(number)") == tips[number - 1])
                let told = body["conditions"]?.arrayValue?.first { $0["type"] == "HistoryRewritten" }
                #expect(told?["message"]?.stringValue?.contains("refs/gitplane/lost/\(number)") == true)
            }
            try await server.force(["docs/3.md": "x\n"])
            #expect(try await present(server)["HistoryRewritten"] != nil)
            for number in 1...2 { try server.git.run("update-ref", "-d", "refs/gitplane/lost/\(number)") }
            let body = try await server.client.send(.post, "\(Self.path)/reconcile").json()
            #expect(conditions(body) == ["Ready": "True Reconciled"])
        }
    }

    @Test("What was taken away from main does not come back after a crash")
    func rewindStays() async throws {
        try await withStateServer([:]) { server in
            let first = try server.git.run("rev-parse", "main")
            try await server.client.create("a")
            let written = try server.git.run("rev-parse", "main")
            #expect(written != first)
            try server.git.run("update-ref", "refs/heads/main", first)
            try await server.reconcile()
            // What a start after a crash does first.
            #expect(try JournalRecovery(repositoryAt: server.git.directory).run() == .nothing)
            #expect(try server.git.run("rev-parse", "main") == first)
        }
    }

    @Test("Of a push that brings a good version and breaks it again, the good version is served; also after a restart")
    func lastGood() async throws {
        try await withStateServer(["state/agents/a/agent.json": "{\"display_name\": \"old\"}\n"]) { server in
            let hand = try server.checkout()
            for text in ["{\"display_name\": \"good\"}\n", "{ broken"] {
                try hand.write("state/agents/a/agent.json", text)
                try hand.commit()
            }
            try hand.git.run("push", "--quiet", "origin", "HEAD:main")
            try await server.reconcile()
            let path = "/api/control-plane/agents/a"
            let served = try await server.client.send(.get, path)
            #expect(try served.json()["display_name"] == "good")
            let again = try await server.restartedServices()
            let snapshot = try again.snapshots.current
            let id = try #require(AgentID("a"))
            let agent = try #require(AgentRepresentation(draftOf: id, in: snapshot))
            #expect(agent.definition["display_name"] == "good")
            #expect(served.headers[.eTag] == "\"\(agent.tag)\"")
        }
    }
}
