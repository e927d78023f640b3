import Foundation
import TestSupport
import Testing

@Suite("The identity of the secrets")
struct IdentityFileTests {
    private static let environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"]

    private func run(
        _ server: ServerProcess,
        _ arguments: String...,
        variables: [String: String] = [:]
    ) throws -> CommandRun {
        try CommandRun(
            arguments + ["--data-dir", server.folder.path],
            environment: Self.environment.merging(variables) { $1 },
            in: server.folder.deletingLastPathComponent().path
        )
    }

    /// Moves the identity out of the data folder.
    private func move(_ server: ServerProcess) throws -> URL {
        let file = server.folder.deletingLastPathComponent().appending(path: "identity")
        try FileManager.default.moveItem(at: server.folder.appending(path: "secrets.key"), to: file)
        return file
    }

    /// A backup with the identity has what opens it.
    private func check(_ backup: URL, _ run: CommandRun) throws {
        #expect(run.ending == .exited(0), "\(run.text)")
        let verified = try CommandRun.gitplane("restore", "--verify", backup.path, near: backup)
        #expect(verified.ending == .exited(0) && !verified.text.contains("was not opened"), "\(verified.text)")
    }

    @Test("is found by a backup and an examination where a server finds it", arguments: ["file", "variable"])
    func configured(place: String) async throws {
        try await withServer { server in
            try server.stop()
            let file = try move(server)
            // Relative to the data folder, and not to where the command runs.
            var variables: [String: String] = [:]
            if place == "file" {
                let settings = Data("{\"secrets_identity_file\": \"../identity\"}".utf8)
                try settings.write(to: server.folder.appending(path: "gitplane.json"))
            } else {
                variables["GITPLANE_SECRETS_IDENTITY_FILE"] = "../identity"
            }
            let examined = try run(server, "doctor", variables: variables)
            #expect(examined.ending == .exited(0) && examined.text.contains("it opens"), "\(examined.text)")
            let backup = server.folder.deletingLastPathComponent().appending(path: "backup")
            try check(backup, try run(server, "backup", backup.path, "--with-identity", variables: variables))
            let next = try ServerProcess(dataIn: server.folder, environment: variables)
            try next.stop()
            try FileManager.default.removeItem(at: file)
            let lost = try run(server, "doctor", variables: variables)
            #expect(lost.ending == .exited(1) && lost.text.contains(file.path), "\(lost.text)")
        }
    }

    @Test("that is not there, or opens something else, makes no backup that should have it")
    func missing() async throws {
        try await withServer { server in
            try server.stop()
            let file = try move(server)
            let key = server.folder.appending(path: "secrets.key")
            let missing = try run(server, "backup", "backup", "--with-identity")
            #expect(missing.ending == .exited(1) && missing.text.contains(key.path), "\(missing.text)")
            let other = try ServerProcess(dataIn: server.folder.deletingLastPathComponent().appending(path: "other"))
            try other.stop()
            try FileManager.default.copyItem(at: other.folder.appending(path: "secrets.key"), to: key)
            let wrong = try run(server, "backup", "backup", "--with-identity")
            #expect(wrong.ending == .exited(1) && wrong.text.contains(key.path), "\(wrong.text)")
            let names = try FileManager.default.contentsOfDirectory(atPath: file.deletingLastPathComponent().path)
            #expect(!names.contains { $0.hasPrefix("backup") })
        }
    }

    @Test("is the new one in a backup when a rotation was cut off after it sealed")
    func rotated() async throws {
        try await withServer { server in
            try server.stop()
            try server.cutOffRotation()
            let backup = server.folder.deletingLastPathComponent().appending(path: "backup")
            try check(backup, try run(server, "backup", backup.path, "--with-identity"))
            let next = try ServerProcess(dataIn: server.folder)
            #expect(try next.client.api("POST", "secrets/verify").status == 200)
            let names = try FileManager.default.contentsOfDirectory(atPath: server.folder.path)
            #expect(!names.contains("secrets.key.new"))
        }
    }
}

extension ServerProcess {
    /// Leaves what a rotation leaves that a crash cut off between its last two steps: the secrets are sealed to the new
    /// identity, which is still beside the old one.
    func cutOffRotation() throws {
        let key = folder.appending(path: "secrets.key")
        let former = try ServerProcess(dataIn: folder.deletingLastPathComponent().appending(path: "former"))
        try former.stop()
        try FileManager.default.moveItem(at: key, to: folder.appending(path: "secrets.key.new"))
        try FileManager.default.copyItem(at: former.folder.appending(path: "secrets.key"), to: key)
    }
}
