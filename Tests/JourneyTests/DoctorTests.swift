import Documents
import Foundation
import TestSupport
import Testing

@Suite("gitplane doctor")
struct DoctorTests {
    @Test("finds nothing to do beside a running server that is written to, and after it has stopped; changes nothing")
    func healthy() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            #expect(try server.client.publish("atlas").isSuccess)
            for number in 0..<5 { try server.client.describe("atlas", as: "text \(number)") }
            let connection = "{\"api_key\": \"x\", \"base_url\": \"https://vendor.example\"}"
            let path = "providers/codex/connection/api-key"
            #expect(try server.client.api("PUT", path, body: connection).isSuccess)
            let beside = try server.examine()
            #expect(beside.ending == .exited(0), "\(beside.text)")
            #expect(beside.lines("start").isEmpty, "\(beside.text)")
            #expect(beside.text.contains("process \(server.processID)"))
            #expect(try server.client.describe("atlas", as: "after").isSuccess)
            try server.stop()
            let after = try server.examineAtRest()
            #expect(after.ending == .exited(0), "\(after.text)")
            #expect(after.lines("start").isEmpty, "\(after.text)")
        }
    }

    @Test("says what a start will do after a kill, changes nothing, and the start does it")
    func leftovers() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            try server.kill()
            let lock = "\(server.repository)/refs/heads/other.lock"
            try Data().write(to: URL(filePath: lock))
            try server.git.run("config", "gc.auto", "1")
            let found = try server.examineAtRest()
            #expect(found.ending == .exited(0), "\(found.text)")
            #expect(found.lines("start").contains { $0.contains("refs/heads/other.lock") }, "\(found.text)")
            #expect(found.lines("start").contains { $0.contains("gc.auto") }, "\(found.text)")
            let next = try ServerProcess(dataIn: server.folder)
            #expect(!FileManager.default.fileExists(atPath: lock))
            try next.stop()
            let after = try next.examine()
            #expect(after.lines("start").isEmpty, "\(after.text)")
        }
    }

    @Test("names what a person has to do, and ends with 1", arguments: Fault.allCases)
    func faults(fault: Fault) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "old")
            try server.client.describe("atlas", as: "new")
            try server.stop()
            let word = try fault.apply(to: server)
            let found = try server.examine()
            #expect(found.ending == .exited(1), "\(found.text)")
            #expect(found.lines("you").contains { $0.contains(word) }, "\(found.text)")
        }
    }

    enum Fault: CaseIterable {
        case damagedFolder, damagedHead, damagedHistory, openKey, openRun, foreignSecrets, lostInstance, changedAudit,
            brokenDocument, draft, wrongSetting

        /// - Returns: what the examination has to name.
        func apply(to server: ServerProcess) throws -> String {
            let files = FileManager.default
            func file(_ name: String) -> URL { server.folder.appending(path: name) }
            switch self {
            case .damagedFolder: return try damage("main:state/agents/atlas", of: server)
            case .damagedHead: return try damage("main", of: server)
            case .damagedHistory: return try damage("main~1", of: server)
            case .openKey:
                try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file("secrets.key").path)
                return "chmod 600"
            case .openRun:
                try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file("run").path)
                return "chmod 700 \(file("run").path)"
            case .foreignSecrets:
                try Data("age-encryption.org/v1\n".utf8).write(to: file("secrets.age"))
                try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file("secrets.age").path)
                return "secrets.age"
            case .lostInstance:
                try files.removeItem(at: file("instance.json"))
                return "instance.json"
            case .changedAudit:
                let content = try Data(contentsOf: file("local.sqlite"))
                try content.prefix(content.count / 2).write(to: file("local.sqlite"))
                return "local.sqlite"
            case .brokenDocument:
                try server.force(["state/agents/atlas/agent.json": "{"], from: "clone")
                return "gitplane validate"
            case .draft:
                try files.createDirectory(at: file("init/state.git"), withIntermediateDirectories: true)
                return "remove \(file("init").path)"
            case .wrongSetting:
                try Data("{\"secrets_identity_file\": 1}".utf8).write(to: file("gitplane.json"))
                return "gitplane.json:1:"
            }
        }

        private func damage(_ name: String, of server: ServerProcess) throws -> String {
            let object = try server.git.run("rev-parse", name)
            _ = try ObjectDamage.cut.apply(to: object, in: server.git)
            return object
        }
    }

    @Test("says what a start puts right, and the start does it", arguments: Loss.allCases)
    func losses(loss: Loss) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            #expect(try server.client.publish("atlas").isSuccess)
            try server.stop()
            let word = try loss.apply(to: server)
            let found = try server.examine()
            #expect(found.ending == .exited(0), "\(found.text)")
            #expect(found.lines("start").contains { $0.contains(word) }, "\(found.text)")
            let next = try ServerProcess(dataIn: server.folder)
            #expect(try next.client.describe("atlas", as: "after").isSuccess)
            try next.stop()
            let after = try next.examine()
            #expect(after.ending == .exited(0) && after.lines("start").isEmpty, "\(after.text)")
        }
    }

    enum Loss: CaseIterable {
        case head, hook, hookMode, openDatabase, rotation, secretsDraft, identityDraft, ledger, ledgerFile, folder,
            folderLink, folderInGit, emptyObject

        /// - Returns: what the examination has to name.
        func apply(to server: ServerProcess) throws -> String {
            let files = FileManager.default
            func file(_ name: String) -> URL { server.folder.appending(path: name) }
            switch self {
            case .head:
                try files.removeItem(at: file("state.git/HEAD"))
                return "state.git/HEAD: "
            case .hook:
                try Data("#!/bin/sh\n".utf8).write(to: file("state.git/hooks/pre-receive"))
                return "state.git/hooks: "
            case .hookMode:
                let hook = file("state.git/hooks/pre-receive").path
                try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: hook)
                return "state.git/hooks: "
            case .openDatabase:
                try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file("local.sqlite").path)
                return "local.sqlite: others"
            case .rotation:
                try server.cutOffRotation()
                return "secrets.key.new: "
            case .secretsDraft:
                try Data("age-encryption.org/v1\n".utf8).write(to: file("secrets.age.new"))
                return "secrets.age.new: "
            case .identityDraft:
                try Data("AGE-SECRET-KEY-".utf8).write(to: file("secrets.key.new"))
                return "secrets.key.new: "
            case .ledger:
                try server.git.run("update-ref", "-d", "refs/gitplane/releases")
                return "ledger: it lacks version 1 of atlas"
            case .ledgerFile:
                try Data().write(to: file("state.git/refs/gitplane/releases"))
                return "ledger: it cannot be read"
            case .folder:
                try files.removeItem(at: file("state"))
                return "state: "
            case .folderLink:
                try files.removeItem(at: file("state/.git"))
                return "state: "
            case .folderInGit:
                try files.removeItem(at: file("state.git/worktrees"))
                return "state: "
            case .emptyObject:
                // Git would not clean beside it, and would not take what it should have from a push.
                let object = try server.git.run("hash-object", "-w", "--stdin", input: Array("unused\n".utf8))
                _ = try ObjectDamage.empty.apply(to: object, in: server.git)
                return "state.git/objects: 1 files of objects are empty"
            }
        }
    }

    @Test("says that a start makes the local.sqlite of a first start that was cut off, and the start does it")
    func unfinishedDatabase() async throws {
        try await withServer { server in
            try server.stop()
            let file = server.folder.appending(path: "local.sqlite")
            for suffix in ["", "-wal", "-shm", "-audit"] { unlink(file.path + suffix) }
            try Data().write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            let found = try server.examine()
            #expect(found.ending == .exited(0), "\(found.text)")
            #expect(found.lines("start").contains { $0.contains("a first start was cut off") }, "\(found.text)")
            let next = try ServerProcess(dataIn: server.folder)
            try next.stop()
            let after = try next.examine()
            #expect(after.ending == .exited(0) && after.lines("start").isEmpty, "\(after.text)")
        }
    }

    @Test("says that a start makes a damaged index anew, and leaves it as it is")
    func damagedIndex() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            try server.stop()
            let file = server.folder.appending(path: "index.sqlite")
            try Data(contentsOf: file).prefix(10_000).write(to: file)
            let found = try server.examineAtRest()
            #expect(found.ending == .exited(0), "\(found.text)")
            #expect(found.lines("start").contains { $0.contains("index.sqlite") }, "\(found.text)")
        }
    }

    @Test("is told where there is no data folder")
    func noFolder() async throws {
        try await withTemporaryDirectory { directory in
            let run = try CommandRun.gitplane("doctor", "--data-dir", directory.path, near: directory)
            #expect(run.ending == .exited(64))
        }
    }
}
