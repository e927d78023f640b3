import Documents
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("A data folder that was made from an existing repository")
struct InitTests {
    /// Runs `gitplane init` and returns how it ended.
    private func start(from repository: String, into folder: URL) throws -> ChildProcess {
        try ChildProcess(
            ServerProcess.executable(),
            ["init", "--from", repository, "--data-dir", folder.path],
            environment: ["PATH": "/usr/bin:/bin"],
            directory: folder.deletingLastPathComponent().path,
            errors: .output
        )
    }

    @Test("is served with agents, versions and history, and takes writes and pushes")
    func journey() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "one")
            #expect(try server.client.publish("atlas").isSuccess)
            try server.client.describe("atlas", as: "two")
            let head = try server.head()
            try server.stop()
            let folder = server.folder.deletingLastPathComponent().appending(path: "second")
            let program = try start(from: server.repository, into: folder)
            #expect(try program.waitUntilEnd(within: ServerProcess.patience) == .exited(0), "\(program.output)")
            let next = try ServerProcess(dataIn: folder)
            #expect(try next.head() == head)
            #expect(try next.client.description(of: "atlas") == "two")
            #expect(try next.client.versions(of: "atlas") == [1])
            #expect(try next.client.api("GET", "changes").json()["items"]?.arrayValue?.count == 4)
            #expect(try next.client.describe("atlas", as: "three").isSuccess)
            #expect(try next.client.publish("atlas").json()["version"]?.intValue == 2)
            let clone = try next.clone(named: "clone")
            try clone.commit(["docs/notes.md": "# Notes\n"])
            try clone.run("push", "--quiet")
            try next.git.checkIntegrity()
        }
    }

    @Test("is made whole or not at all, whenever the making is killed", arguments: [5, 20, 50, 100, 200, 400])
    func killed(milliseconds: Int) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "one")
            let head = try server.head()
            let folder = server.folder.deletingLastPathComponent().appending(path: "second")
            let program = try start(from: server.repository, into: folder)
            program.waitForOutput(within: .milliseconds(milliseconds))
            program.signal(SIGKILL)
            _ = try program.waitUntilEnd(within: ServerProcess.patience)
            if !FileManager.default.fileExists(atPath: folder.appending(path: "state.git").path) {
                let again = try start(from: server.repository, into: folder)
                #expect(try again.waitUntilEnd(within: ServerProcess.patience) == .exited(0), "\(again.output)")
            }
            let next = try ServerProcess(dataIn: folder)
            #expect(try next.head() == head)
            #expect(try next.client.description(of: "atlas") == "one")
            try next.git.checkIntegrity()
        }
    }
}
