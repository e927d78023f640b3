import Foundation
import StateRepo
import TestSupport
import Testing

@testable import GitTransport

@Suite("A bundle of a repository", .timeLimit(.minutes(15)))
struct RepositoryBundleTests {
    private static let installed = Result { try GitPrograms(searching: "/usr/bin:/bin") }

    /// A commit without files on top of those.
    private func commit(_ message: String, on parents: [String] = [], in git: Git) throws -> String {
        let tree = try git.run("mktree", input: [])
        let arguments = ["commit-tree", tree, "-m", message] + parents.flatMap { ["-p", $0] }
        return String(decoding: try git.output(arguments), as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// Programs whose git runs `script` before it makes a bundle.
    private func programs(running script: [String], in directory: URL) throws -> GitPrograms {
        let installed = try Self.installed.get()
        let file = directory.appending(path: "git")
        let lines =
            ["#!/bin/sh", "case \"$*\" in *'bundle create'*)"] + script + [";; esac", "exec \(installed.git) \"$@\""]
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: file.path)
        return GitPrograms(
            git: file.path,
            prlimit: installed.prlimit,
            setpriv: installed.setpriv,
            nice: installed.nice
        )
    }

    @Test("has every ref as it was at one moment, whatever moves, comes and goes while it is made")
    func moving() async throws {
        try await withTemporaryDirectory { directory in
            try await withTemporaryRepository { _, git in
                let old = try commit("1", in: git)
                let new = try commit("2", on: [old], in: git)
                for name in ["main", "topic", "gone"] { try git.run("update-ref", "refs/heads/\(name)", old) }
                try git.run("tag", "--no-sign", "-m", "tagged", "v1", old)
                let tag = try git.run("rev-parse", "refs/tags/v1")
                let real = try Self.installed.get().git
                let update = "\(real) --git-dir \(git.directory) update-ref"
                let script = [
                    "\(update) refs/heads/main \(new)", "\(update) refs/heads/come \(new)",
                    "\(update) -d refs/heads/gone", "\(real) --git-dir \(git.directory) pack-refs --all",
                ]
                let bundle = RepositoryBundle(
                    repository: git.directory,
                    programs: try programs(running: script, in: directory)
                )
                let file = directory.appending(path: "state.bundle")
                let references = try await bundle.write(to: file)
                let expected = [
                    "refs/heads/main": old, "refs/heads/topic": old, "refs/heads/gone": old, "refs/tags/v1": tag,
                ]
                #expect(references == expected)
                #expect(try git.run("rev-parse", "main") == new)
                let heads = try git.run("bundle", "list-heads", file.path).split(separator: "\n")
                #expect(heads.contains("\(old) refs/heads/main"))
                try git.run("bundle", "verify", "--quiet", file.path)
                let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
                #expect(names == ["git", "state.bundle"])
            }
        }
    }

    @Test(
        "is not made without main, nor of a repository with a ref that cannot be read",
        arguments: ["main", "broken"]
    )
    func incomplete(name: String) async throws {
        try await withTemporaryDirectory { directory in
            try await withTemporaryRepository { _, git in
                let commit = try commit("1", in: git)
                try git.run("update-ref", "refs/heads/topic", commit)
                if name == "broken" {
                    try git.run("update-ref", "refs/heads/main", commit)
                    try Data().write(to: URL(filePath: git.directory).appending(path: "refs/heads/broken"))
                }
                let bundle = RepositoryBundle(repository: git.directory, programs: try Self.installed.get())
                let failure = await #expect(throws: RepositoryUpkeep.Failure.self) {
                    _ = try await bundle.write(to: directory.appending(path: "state.bundle"))
                }
                #expect(failure?.description.contains("refs/heads/\(name)") == true)
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
            }
        }
    }

    @Test("is not made of more refs than are listed")
    func limit() async throws {
        try await withTemporaryDirectory { directory in
            try await withTemporaryRepository { _, git in
                try git.run("update-ref", "refs/heads/main", try commit("1", in: git))
                let size = 40 + " refs/heads/main\n".utf8.count
                for (limit, isEnough) in [(size + 1, true), (size, false)] {
                    let bundle = RepositoryBundle(
                        repository: git.directory,
                        programs: try Self.installed.get(),
                        maximumListing: limit
                    )
                    let file = directory.appending(path: "\(limit).bundle")
                    if isEnough {
                        #expect(try await bundle.write(to: file).count == 1)
                    } else {
                        await #expect(throws: RepositoryUpkeep.Failure.self) { _ = try await bundle.write(to: file) }
                    }
                }
            }
        }
    }
}
