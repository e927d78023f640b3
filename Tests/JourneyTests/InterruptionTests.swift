import Foundation
import Glibc
import TestSupport
import Testing

@Suite("A command that makes something by the side")
struct InterruptionTests {
    /// Makes a git that tells whoever started it to end, and does nothing then.
    private func makeGit(in folder: URL, sending signal: String) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "git")
        try Data("#!/bin/sh\nkill -\(signal) $PPID\nexec sleep 600\n".utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }

    @Test(
        "leaves nothing of it when it is told to end",
        arguments: [
            ["backup", "other", "--data-dir", "data"], ["restore", "--verify", "backup"],
            ["restore", "backup", "--data-dir", "restored"],
            ["init", "--from", "data/state.git", "--data-dir", "restored"],
        ],
        ["INT", "TERM"]
    )
    func interrupted(arguments: [String], signal: String) async throws {
        try await withServer { server in
            try server.stop()
            let root = server.folder.deletingLastPathComponent()
            let backup = try CommandRun.gitplane("backup", "backup", "--data-dir", "data", near: server.folder)
            #expect(backup.ending == .exited(0), "\(backup.text)")
            try makeGit(in: root.appending(path: "bin"), sending: signal)
            let temporary = root.appending(path: "temporary")
            try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
            let before = try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
            let run = try CommandRun(
                arguments,
                environment: ["PATH": "\(root.path)/bin:/usr/bin:/bin", "TMPDIR": temporary.path],
                in: root.path
            )
            #expect(run.ending == .exited(signal == "INT" ? 128 + SIGINT : 128 + SIGTERM), "\(run.text)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: root.path).sorted() == before)
            #expect(try FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty)
        }
    }

    @Test("as a backup that was killed is made again, and the rest of the first one removed")
    func partial() async throws {
        try await withServer { server in
            try server.stop()
            let root = server.folder.deletingLastPathComponent()
            let partial = root.appending(path: "backup.partial")
            func run() throws -> CommandRun {
                try .gitplane("backup", "backup", "--data-dir", "data", near: server.folder)
            }
            try FileManager.default.createDirectory(at: partial, withIntermediateDirectories: true)
            for name in ["lock", "state.bundle.lock", "local.sqlite", "local.sqlite-journal", "notes.md"] {
                try Data("x".utf8).write(to: partial.appending(path: name))
            }
            let foreign = try run()
            #expect(foreign.ending == .exited(64) && foreign.text.contains(partial.path), "\(foreign.text)")
            try FileManager.default.removeItem(at: partial.appending(path: "notes.md"))
            let descriptor = open(partial.appending(path: "lock").path, O_RDONLY | O_CLOEXEC)
            #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
            let held = try run()
            #expect(held.ending == .exited(64) && held.text.contains("another backup"), "\(held.text)")
            #expect(FileManager.default.fileExists(atPath: partial.appending(path: "state.bundle.lock").path))
            close(descriptor)
            let made = try run()
            #expect(made.ending == .exited(0), "\(made.text)")
            #expect(!FileManager.default.fileExists(atPath: partial.path))
            let verified = try CommandRun.gitplane("restore", "--verify", "backup", near: server.folder)
            #expect(verified.ending == .exited(0), "\(verified.text)")
        }
    }
}
