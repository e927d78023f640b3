import API
import Documents
import Foundation
import HTTPTypes
import StateRepo
import Synchronization
import TestSupport
import Testing

@Suite("A write that is on disk while git cannot be shown it", .timeLimit(.minutes(15)))
struct UnsealedWriteTests {
    /// Fails every `number`th operation of a kind.
    private func fail(_ kind: WriterStep, every number: Int, on disk: TestDisk) {
        let count = Mutex(0)
        disk.watch { (step) throws(GitError) in
            guard step == kind else { return }
            let isStruck = count.withLock { count in
                count += 1
                return count.isMultiple(of: number)
            }
            if isStruck { throw TestDisk.failure }
        }
    }

    @Test("goes on where the lock of the branch cannot be removed, and it is gone when it can be")
    func lock() async throws {
        try await withStateServer { server in
            let start = try server.git.run("rev-parse", "main")
            server.disk.fail([.unlockBranch])
            let made = try await server.client.create("atlas")
            let patched = try await server.client.patch("atlas", ["description": "Of the next write"])
            #expect(patched.status == 200)
            let shown = try await server.client.send(.get, Agents.path("atlas"))
            #expect(try shown.text("description") == "Of the next write")
            let lock = "\(server.git.directory)/refs/heads/main.lock"
            #expect(FileManager.default.fileExists(atPath: lock))

            server.disk.heal()
            #expect(try await server.client.send(.post, "/api/control-plane/state/reconcile").status == 200)
            #expect(!FileManager.default.fileExists(atPath: lock))
            let log = try server.git.run("log", "--reverse", "--format=%H", "\(start)..main")
            let revisions = [made, patched].compactMap { $0.headers[.stateRevision] }
            #expect(log.split(separator: "\n").map(String.init) == revisions)
            try server.git.checkIntegrity()
        }
    }

    @Test(
        "is acknowledged and read, and so is one after it; git has both, in order, once that is possible",
        arguments: [
            // The second time in a seal is the rename of the branch.
            (WriterStep.moveBranch, 1), (.moveBranch, 2), (.showObject, 1),
        ]
    )
    func acknowledged(step: WriterStep, number: Int) async throws {
        try await withStateServer { server in
            let start = try server.git.run("rev-parse", "main")
            self.fail(step, every: number, on: server.disk)
            let made = try await server.client.create("atlas")
            let patched = try await server.client.patch("atlas", ["description": "Of the next write"])
            #expect(patched.status == 200)
            let shown = try await server.client.send(.get, Agents.path("atlas"))
            #expect(try shown.text("description") == "Of the next write")
            #expect(try server.git.run("rev-parse", "main") == start)

            server.disk.heal()
            let asked = try await server.client.send(.post, "/api/control-plane/state/reconcile")
            #expect(asked.status == 200)
            let log = try server.git.run("log", "--reverse", "--format=%H", "\(start)..main")
            let revisions = [made, patched].compactMap { $0.headers[.stateRevision] }
            #expect(log.split(separator: "\n").map(String.init) == revisions)
            try server.git.checkIntegrity()
        }
    }
}
