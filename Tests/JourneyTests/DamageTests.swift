import Documents
import Foundation
import TestSupport
import Testing

@Suite("A server whose repository is damaged")
struct DamageTests {
    @Test(
        "serves the last good version of a damaged folder, takes writes beside it, and recovers",
        arguments: ObjectDamage.allCases
    )
    func folder(damage: ObjectDamage) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "old")
            try server.client.createAgent("bode", description: "other")
            try server.client.describe("atlas", as: "new")
            let object = try damaged("state/agents/atlas", of: server)
            let lost = try damage.apply(to: object, in: server.git)
            let next = try ServerProcess(dataIn: server.folder)
            #expect(try next.client.description(of: "atlas") == "old")
            let findings = try next.client.api("GET", "state").json()["diagnostics"]?.arrayValue ?? []
            let finding = findings.first { $0["code"] == "storage.object_damaged" }
            #expect(finding?["file"] == "state/agents/atlas")
            #expect(finding?["message"]?.stringValue?.contains(object) == true)
            #expect(try next.client.describe("bode", as: "written").isSuccess)
            #expect(try next.client.createAgent("cleo").isSuccess)
            let refused = try next.client.describe("atlas", as: "refused")
            #expect(refused.status == 503)
            #expect(try refused.code() == "storage.object_damaged")
            try lost.putBack()
            #expect(try next.client.api("POST", "state/reconcile").isSuccess)
            #expect(try next.client.description(of: "atlas") == "new")
            #expect(try next.client.description(of: "bode") == "written")
            try next.endWhole()
        }
    }

    @Test(
        "serves the newest readable commit when the head is damaged, and writes nothing until it is back",
        arguments: ObjectDamage.allCases
    )
    func head(damage: ObjectDamage) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "old")
            try server.client.describe("atlas", as: "new")
            try server.git.run("clone", "--quiet", server.repository, server.folder.path + ".clone")
            let clone = Git(directory: server.folder.path + ".clone")
            let object = try damaged("", of: server)
            let lost = try damage.apply(to: object, in: server.git)
            let next = try ServerProcess(dataIn: server.folder)
            #expect(try next.client.description(of: "atlas") == "old")
            #expect(try next.client.condition("Stalled")?["reason"] == "StorageObjectDamaged")
            #expect(try next.client.condition("Stalled")?["message"]?.stringValue?.contains(object) == true)
            let refused = try next.client.describe("atlas", as: "refused")
            #expect(refused.status == 503)
            #expect(try refused.code() == "storage.object_damaged")
            #expect(try refused.json()["details"]?["object"]?.stringValue == object)
            try clone.commit(["docs/notes.md": "# Notes\n"])
            #expect(throws: Git.Failure.self) { try clone.run("push", "--quiet") }
            try lost.putBack()
            #expect(try next.client.api("POST", "state/reconcile").isSuccess)
            #expect(try next.client.description(of: "atlas") == "new")
            #expect(try next.client.condition("Stalled") == nil)
            #expect(try next.client.describe("atlas", as: "newer").isSuccess)
            try clone.run("pull", "--quiet", "--rebase")
            try clone.run("push", "--quiet")
            try next.stop()
            try next.git.checkIntegrity()
        }
    }

    @Test("of which nothing can be read does not start, and names the object")
    func nothing() async throws {
        try await withServer { server in
            let object = try damaged("", of: server)
            _ = try ObjectDamage.missing.apply(to: object, in: server.git)
            try FileManager.default.removeItem(at: server.folder.appending(path: "index.sqlite"))
            let refusal = try ServerProcess.refusal(dataIn: server.folder)
            #expect(refusal.ending == .exited(78))
            #expect(refusal.errors.contains(object))
        }
    }

    @Test(
        "serves everything when a commit of the past is damaged and the index is lost, and says what it does not know"
    )
    func past() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "old")
            try server.client.createAgent("bode", description: "first")
            try server.client.describe("atlas", as: "new")
            try server.stop()
            let object = try server.git.run("rev-parse", "main~2")
            let lost = try ObjectDamage.missing.apply(to: object, in: server.git)
            let index = server.folder.appending(path: "index.sqlite")
            try FileManager.default.removeItem(at: index)
            let next = try ServerProcess(dataIn: server.folder)
            #expect(try next.client.description(of: "atlas") == "new")
            #expect(try next.client.description(of: "bode") == "first")
            #expect(try next.client.condition("Ready")?["status"] == "True")
            #expect(try next.client.condition("HistoryIncomplete")?["message"]?.stringValue?.contains(object) == true)
            #expect(try next.client.describe("bode", as: "second").isSuccess)
            #expect(try changes(next) == 3)
            try next.stop()
            try lost.putBack()
            let last = try ServerProcess(dataIn: server.folder)
            #expect(try last.client.condition("HistoryIncomplete") == nil)
            #expect(try changes(last) == 5)
            #expect(try last.client.description(of: "bode") == "second")
            try last.stop()
            try last.git.checkIntegrity()
        }
    }

    private func changes(_ server: ServerProcess) throws -> Int? {
        try server.client.api("GET", "changes").json()["items"]?.arrayValue?.count
    }

    /// Stops the server, and says which object it has at a path of `main`; the commit itself for an empty one.
    private func damaged(_ path: String, of server: ServerProcess) throws -> String {
        try server.stop()
        return try server.git.run("rev-parse", path.isEmpty ? "main" : "main:\(path)")
    }
}
