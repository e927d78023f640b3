import Documents
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("A backup")
struct BackupTests {
    private func backUp(_ server: ServerProcess, to name: String, _ options: String...) throws -> URL {
        try backUp(server, to: name, options: options)
    }

    private func backUp(_ server: ServerProcess, to name: String, options: [String]) throws -> URL {
        let target = server.folder.deletingLastPathComponent().appending(path: name)
        let arguments = ["backup", target.path, "--data-dir", server.folder.path] + options
        let run = try CommandRun.gitplane(arguments, near: server.folder)
        guard run.ending == .exited(0) else { throw ChildProcess.Failure(description: run.text) }
        return target
    }

    private func restore(_ backup: URL, into folder: URL) throws -> CommandRun {
        try .gitplane("restore", backup.path, "--data-dir", folder.path, near: folder)
    }

    private func verify(_ backup: URL) throws -> CommandRun {
        try .gitplane("restore", "--verify", backup.path, near: backup)
    }

    @Test("that was made beside a server with writers is good, and restores what was answered before it")
    func besideWriters() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "before")
            #expect(try server.client.publish("atlas").isSuccess)
            let clone = try server.clone(named: "clone")
            try clone.commit(["docs/notes.md": "# Notes\n"])
            try clone.run("push", "--quiet", "origin", "HEAD:refs/heads/proposal")
            try server.client.createAgent("busy", description: "0")
            let client = server.client
            let end = End()
            let backup = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await blocking {
                        var number = 0
                        while !end.hasCome {
                            number += 1
                            try client.describe("busy", as: "\(number)")
                        }
                    }
                }
                defer { end.come() }
                return try backUp(server, to: "backup", "--with-identity")
            }
            let head = try server.head()
            let verified = try verify(backup)
            #expect(verified.ending == .exited(0), "\(verified.text)")
            let folder = server.folder.deletingLastPathComponent().appending(path: "restored")
            let restored = try restore(backup, into: folder)
            #expect(restored.ending == .exited(0), "\(restored.text)")
            let next = try ServerProcess(dataIn: folder, environment: Self.token)
            #expect(try next.client.description(of: "atlas") == "before")
            #expect(try next.client.versions(of: "atlas") == [1])
            #expect(try next.git.run("rev-parse", "proposal") == clone.run("rev-parse", "HEAD"))
            let main = try next.head()
            #expect(try server.git.run("merge-base", main, head) == main)
            try next.endWhole()
        }
    }

    @Test("of a server that was killed has every answered write, and no identity unless it is asked for")
    func afterAKill() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "0")
            for number in 1...20 { try server.client.describe("atlas", as: "\(number)") }
            try server.kill()
            let backup = try backUp(server, to: "backup")
            let names = try FileManager.default.contentsOfDirectory(atPath: backup.path)
            #expect(!names.contains("secrets.key"))
            #expect(names.contains("secrets.age"))
            let folder = server.folder.deletingLastPathComponent().appending(path: "restored")
            let restored = try restore(backup, into: folder)
            #expect(restored.ending == .exited(0), "\(restored.text)")
            try FileManager.default.copyItem(
                at: server.folder.appending(path: "secrets.key"),
                to: folder.appending(path: "secrets.key")
            )
            let next = try ServerProcess(dataIn: folder, environment: Self.token)
            #expect(try next.client.description(of: "atlas") == "20")
        }
    }

    private static let token = ["CONTROL_PLANE_API_TOKEN": String(repeating: "0123456789", count: 4)]

    @Test(
        "that is not what was written is refused",
        arguments: ["state.bundle", "local.sqlite", "secrets.age", "instance.json"]
    )
    func damaged(name: String) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            let backup = try backUp(server, to: "backup", "--with-identity")
            let file = backup.appending(path: name)
            var content = try Data(contentsOf: file)
            content[content.count / 2] ^= 1
            try content.write(to: file)
            let run = try verify(backup)
            #expect(run.ending == .exited(1), "\(run.text)")
            #expect(run.text.contains(name))
        }
    }

    private typealias Change = @Sendable (URL) throws -> Void

    private static let changes: [(name: String, change: Change)] = [
        ("local.sqlite", { try FileManager.default.removeItem(at: $0.appending(path: "local.sqlite")) }),
        ("secrets.age", { try FileManager.default.removeItem(at: $0.appending(path: "secrets.age")) }),
        ("surplus.txt", { try Data("x".utf8).write(to: $0.appending(path: "surplus.txt")) }),
        (
            "secrets.age",
            { folder in
                let (file, other) = (folder.appending(path: "secrets.age"), URL(filePath: folder.path + ".elsewhere"))
                try FileManager.default.moveItem(at: file, to: other)
                try FileManager.default.createSymbolicLink(at: file, withDestinationURL: other)
            }
        ),
        // The manifest was changed with it.
        ("secrets.age", { try forget("secrets.age", in: $0, absent: []) }),
        ("secrets.age", { try forget("secrets.age", in: $0, absent: ["secrets.age"]) }),
        ("local.sqlite", { try forget("local.sqlite", in: $0, absent: []) }),
    ]

    /// Takes a file out of a backup and of its manifest.
    private static func forget(_ name: String, in folder: URL, absent: [JSONValue]) throws {
        try FileManager.default.removeItem(at: folder.appending(path: name))
        let file = folder.appending(path: "manifest.json")
        var manifest = try JSONValue(parsing: Array(Data(contentsOf: file))).objectValue ?? [:]
        manifest["files"] = .array((manifest["files"]?.arrayValue ?? []).filter { $0["name"] != .string(name) })
        manifest["absent"] = .array((manifest["absent"]?.arrayValue ?? []) + absent)
        try Data(JSONValue.object(manifest).description.utf8).write(to: file)
    }

    @Test("with a part that is missing, is a link, or does not belong to it is refused by the part's name")
    func incomplete() async throws {
        try await withServer { server in
            #expect(try server.client.api("PUT", "system-settings/secrets/A", body: "{\"value\": \"x\"}").isSuccess)
            let backup = try backUp(server, to: "backup", "--with-identity")
            #expect(try verify(backup).ending == .exited(0))
            for (number, (name, change)) in Self.changes.enumerated() {
                let copy = server.folder.deletingLastPathComponent().appending(path: "copy-\(number)")
                try FileManager.default.copyItem(at: backup, to: copy)
                try change(copy)
                let run = try verify(copy)
                #expect(run.ending == .exited(1), "\(number): \(run.text)")
                #expect(run.text.contains("\(name) "), "\(number): \(run.text)")
            }
        }
    }

    @Test(
        "is not made of a data folder that lacks what it had, nor into the data folder",
        arguments: ["secrets.age", "local.sqlite"]
    )
    func source(name: String) async throws {
        try await withServer { server in
            try server.stop()
            let folder = server.folder
            let inside = try CommandRun.gitplane("backup", "data/run/backup", "--data-dir", folder.path, near: folder)
            #expect(inside.ending == .exited(64), "\(inside.text)")
            try FileManager.default.removeItem(at: folder.appending(path: name))
            let run = try CommandRun.gitplane("backup", "backup", "--data-dir", folder.path, near: folder)
            #expect(run.ending == .exited(1), "\(run.text)")
            #expect(run.text.contains(name))
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.deletingLastPathComponent().path)
            #expect(!names.contains { $0.hasPrefix("backup") })
        }
    }

    @Test("is never restored over a data folder, nor made over another one")
    func never() async throws {
        try await withServer { server in
            let backup = try backUp(server, to: "backup")
            try server.stop()
            #expect(try restore(backup, into: server.folder).ending == .exited(78))
            #expect(try restore(backup, into: backup).ending == .exited(78))
            #expect(try verify(backup).ending == .exited(0))
            let again = try CommandRun.gitplane(
                "backup",
                backup.path,
                "--data-dir",
                server.folder.path,
                near: server.folder
            )
            #expect(again.ending == .exited(64))
        }
    }

    @Test(
        "restored where the repository alone is gone keeps what stands there, and its own are served",
        arguments: [true, false]
    )
    func aside(withIdentity: Bool) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            let backup = try backUp(server, to: "backup", options: withIdentity ? ["--with-identity"] : [])
            #expect(try server.client.api("PUT", "system-settings/secrets/A", body: "{\"value\": \"x\"}").isSuccess)
            // What is in the log of the database alone is lost with it.
            try server.kill()
            let folder = server.folder
            let settings = Data("{\"log_level\": \"warning\"}".utf8)
            try settings.write(to: folder.appending(path: "gitplane.json"))
            let names = ["local.sqlite", "local.sqlite-wal", "secrets.age", "instance.json", "index.sqlite"]
            let before = try names.map { try Data(contentsOf: folder.appending(path: $0)) }
            let key = try Data(contentsOf: folder.appending(path: "secrets.key"))
            try FileManager.default.removeItem(atPath: server.repository)
            let restored = try restore(backup, into: folder)
            #expect(restored.ending == .exited(0), "\(restored.text)")
            let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .filter { $0.hasPrefix("replaced-") }
            let place = folder.appending(path: try #require(kept.first))
            #expect(restored.text.contains("\(place.path): "))
            #expect(try names.map { try Data(contentsOf: place.appending(path: $0)) } == before)
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "local.sqlite-wal").path))
            // Neither is the backup's: they go on serving.
            #expect(try Data(contentsOf: folder.appending(path: "gitplane.json")) == settings)
            #expect(try Data(contentsOf: folder.appending(path: "secrets.key")) == key)
            #expect(FileManager.default.fileExists(atPath: place.appending(path: "secrets.key").path) == withIdentity)
            let next = try ServerProcess(dataIn: folder)
            #expect(try next.client.describe("atlas", as: "after").isSuccess)
            #expect(try next.client.api("GET", "system-settings/secrets").json()["items"]?.arrayValue?.isEmpty == true)
            #expect(try next.client.api("POST", "secrets/verify").status == 200)
        }
    }

    /// When a writer is to stop.
    private final class End: Sendable {
        private let state = Mutex(false)

        var hasCome: Bool { state.withLock { $0 } }

        func come() { state.withLock { $0 = true } }
    }
}
