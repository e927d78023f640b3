import Foundation
import GitTransport
import StateRepo
import TestSupport
import Testing

@Suite("The installed hook")
struct HookInstallerTests {
    @Test("starts the program with the socket, whatever characters the paths have")
    func quoting() async throws {
        try await withRepositoryFixture { fixture in
            let odd = fixture.directory.appending(path: "it's $HOME; `odd` \"path\" \\")
            try FileManager.default.createDirectory(at: odd, withIntermediateDirectories: false)
            let program = odd.appending(path: "gitplane").path
            let script = "#!/bin/sh\nprintf '%s\\n' \"$@\" > \"\(fixture.directory.path)/arguments\"\nexit 1\n"
            try Data(script.utf8).write(to: URL(filePath: program))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
            let socket = odd.appending(path: "gate.sock").path
            try HookInstaller(
                repositoryPath: fixture.repositoryPath,
                executablePath: program,
                socketPath: socket
            ).install()
            let clone = try fixture.clone("ada")
            try clone.commit()
            #expect(throws: Git.Failure.self) { try clone.git.run("push", "--quiet", "origin", "main") }
            let arguments = try String(contentsOf: fixture.directory.appending(path: "arguments"), encoding: .utf8)
            #expect(arguments == "hook\npre-receive\n--socket\n\(socket)\n")
        }
    }

    @Test("is put back at every start, and so is the configuration that makes git run it")
    func reinstalled() async throws {
        try await withRepositoryFixture { fixture in
            let installer = try HookInstaller(
                repositoryPath: fixture.repositoryPath,
                executablePath: "/nonexistent/gitplane",
                socketPath: "/nonexistent/gate.sock"
            )
            try installer.install()
            try Data("#!/bin/sh\nexit 0\n".utf8).write(to: URL(filePath: installer.hookPath))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: installer.hookPath)
            try fixture.git.run("config", "core.hooksPath", "/tmp")
            try installer.install()
            #expect(try String(contentsOfFile: installer.hookPath, encoding: .utf8) == installer.script)
            let attributes = try FileManager.default.attributesOfItem(atPath: installer.hookPath)
            #expect(attributes[.posixPermissions] as? Int == 0o755)
            let hooks = URL(filePath: installer.hookPath).deletingLastPathComponent()
            #expect(try fixture.git.run("config", "core.hooksPath") == hooks.path)
            let files = try FileManager.default.contentsOfDirectory(atPath: hooks.path)
            #expect(!files.contains { $0.hasPrefix(".") })
        }
    }

    @Test("is left alone when it is as it should be: a start on a full disk has nothing to write")
    func untouched() async throws {
        try await withRepositoryFixture { fixture in
            let installer = try HookInstaller(
                repositoryPath: fixture.repositoryPath,
                executablePath: "/nonexistent/gitplane",
                socketPath: "/nonexistent/gate.sock"
            )
            func number() throws -> Int? {
                try FileManager.default.attributesOfItem(atPath: installer.hookPath)[.systemFileNumber] as? Int
            }
            try installer.install()
            let before = try #require(try number())
            try installer.install()
            #expect(try number() == before)
        }
    }

    @Test("refuses the push when the program is gone")
    func programGone() async throws {
        try await withRepositoryFixture { fixture in
            try HookInstaller(
                repositoryPath: fixture.repositoryPath,
                executablePath: "/nonexistent/gitplane",
                socketPath: "/nonexistent/gate.sock"
            ).install()
            let clone = try fixture.clone("ada")
            try clone.commit()
            #expect(throws: Git.Failure.self) { try clone.git.run("push", "--quiet", "origin", "main") }
        }
    }

    @Test("needs absolute paths")
    func relative() {
        #expect(throws: GateError.self) {
            try HookInstaller(repositoryPath: "state.git", executablePath: "/gitplane", socketPath: "/gate.sock")
        }
    }
}
