import Documents
import Foundation
import HTTPTypes
import Reconciler
import StateRepo
import TestSupport
import Testing

@Suite("A working tree takes for an edit only what is one")
struct WorkingTreeTrustTests {
    private static let agent = "state/agents/release-notes"
    private static let soul = "/api/control-plane/agents/release-notes/documents/soul"

    @Test("not the ends of lines that a client chose")
    func endsOfLines() async throws {
        try await withServedWorkingTree { server, tree in
            let answer = try await server.client.send(.put, Self.soul, body: #"{"content": "a\r\nb\r\n"}"#)
            #expect(answer.status == 201)
            await tree.settle()
            await tree.settle()
            #expect(try server.commitCount() == 2)
            #expect(try await server.client.send(.get, Self.soul).json()["content"] == "a\r\nb\r\n")
            #expect(tree.status?.isClean == true)
        }
    }

    @Test(
        "not the files of a folder that was replaced by what cannot be taken over",
        arguments: [agent, "state/agents"]
    )
    func replaced(folder: String) async throws {
        try await withServedWorkingTree { server, tree in
            try tree.remove(folder)
            try FileManager.default.createSymbolicLink(
                atPath: tree.root.appending(path: folder).path,
                withDestinationPath: "/nonexistent"
            )
            await tree.settle()
            #expect(try server.commitCount() == 1)
            #expect(tree.status?.diagnostics.contains { $0.file == folder } == true)
            let shown = try await server.client.send(.get, "/api/control-plane/agents/release-notes")
            #expect(shown.status == 200)
        }
    }

    @Test("not what a link leads to that is in the place of the whole folder, and nothing is written there")
    func link() async throws {
        try await withServedWorkingTree { server, tree in
            let files = FileManager.default
            let (aside, other) = (tree.root.path + ".old", tree.root.path + ".other")
            try files.moveItem(atPath: tree.root.path, toPath: aside)
            try files.createDirectory(atPath: other, withIntermediateDirectories: false)
            for target in [other, aside] {
                try files.createSymbolicLink(atPath: tree.root.path, withDestinationPath: target)
                let before = try files.subpathsOfDirectory(atPath: target).sorted()
                let put = try await server.client.send(.put, Self.soul, body: #"{"content": "to \#(target)"}"#)
                #expect([200, 201].contains(put.status))
                await tree.settle()
                #expect(tree.status?.reason == "FolderReplaced")
                #expect(try files.subpathsOfDirectory(atPath: target).sorted() == before)
                try files.removeItem(atPath: tree.root.path)
            }
            #expect(try server.commitCount() == 3)
            try files.moveItem(atPath: aside, toPath: tree.root.path)
            await tree.settle()
            await tree.settle()
            #expect(tree.status?.isClean == true)
            #expect(try server.commitCount() == 3)
        }
    }

    @Test("not what main had before it was rewound: the folder follows", arguments: ["api", "worktree"])
    func rewound(channel: String) async throws {
        try await withServedWorkingTree { server, tree in
            let first = try server.git.run("rev-parse", "main")
            if channel == "api" {
                try await server.client.send(.put, Self.soul, body: #"{"content": "mine\n"}"#)
            } else {
                try tree.write("docs/notes.md", "# Notes\n")
                try tree.git.run("add", "--all")
                try tree.git.run("commit", "--quiet", "-m", "Notes")
            }
            await tree.settle()
            #expect(try server.git.run("rev-parse", "main") != first)
            #expect(try server.git.run("rev-parse", "worktree") == server.git.run("rev-parse", "main"))
            try server.git.run("update-ref", "refs/heads/main", first)
            try await server.reconcile()
            await tree.settle()
            #expect(try server.git.run("rev-parse", "main") == first)
            #expect(try server.git.run("rev-parse", "worktree") == first)
            #expect(try tree.git.run("status", "--porcelain") == "")
            #expect(tree.status?.isClean == true)
        }
    }

    @Test("and one that starts from what a server took over before it ended")
    func forgotten() async throws {
        try await withServedWorkingTree { server, tree in
            let first = try server.git.run("rev-parse", "worktree")
            try tree.write("docs/notes.md", "one\n")
            await tree.settle()
            // As if the server had ended before it brought the folder up: branch and index are those of before.
            try tree.git.run("update-ref", "refs/heads/worktree", first)
            try tree.git.run("read-tree", first)
            try tree.write("docs/notes.md", "two\n")
            let next = try await WorkingTreeHarness(server)
            await next.settle()
            #expect(try server.file("docs/notes.md") == "two")
            #expect(next.status?.isClean == true)
        }
    }

    @Test(
        "not what is checked out, when the branch was deleted, emptied or moved back by somebody",
        arguments: ["deleted", "emptied", "moved"]
    )
    func branchElsewhere(what: String) async throws {
        try await withServedWorkingTree { server, tree in
            let first = try server.git.run("rev-parse", "worktree")
            #expect(try await server.client.send(.put, Self.soul, body: #"{"content": "one\n"}"#).status == 201)
            await tree.settle()
            #expect(try await server.client.send(.put, Self.soul, body: #"{"content": "two\n"}"#).status == 200)
            switch what {
            case "deleted": try server.git.run("update-ref", "-d", "refs/heads/worktree")
            case "moved": try server.git.run("update-ref", "refs/heads/worktree", first)
            default: try Data().write(to: URL(filePath: "\(server.git.directory)/refs/heads/worktree"))
            }
            try tree.write("docs/notes.md", "mine\n")
            let next = try await WorkingTreeHarness(server)
            await next.settle()
            await next.settle()
            #expect(next.status?.isClean == true)
            #expect(try next.text("\(Self.agent)/soul.md") == "two\n")
            #expect(try server.file("docs/notes.md") == "mine")
            #expect(try await server.client.send(.get, Self.soul).json()["content"] == "two\n")
        }
    }

    @Test(
        "not what main wrote meanwhile, of a file that a server took over before it ended",
        arguments: [false, true],
        [false, true]
    )
    func forgottenMerge(isFollowed: Bool, goesOn: Bool) async throws {
        try await withServedWorkingTree { server, tree in
            let (file, agent) = ("\(Self.agent)/agent.json", "/api/control-plane/agents/release-notes")
            func describe(_ text: String) async throws {
                #expect(try await server.client.send(.patch, agent, json: ["description": .string(text)]).status == 200)
            }
            let first = try server.git.run("rev-parse", "worktree")
            try tree.replace("Release notes writer", with: "Writer", in: file)
            let edited = try tree.text(file)
            try await describe("by main")
            await tree.settle()
            #expect(try server.file(file).contains("\"Writer\""))
            if isFollowed { try await describe("by main again") }
            let (head, merged) = (try server.git.run("rev-parse", "main"), try server.file(file))
            // As if the server had ended before it brought the folder up.
            try tree.git.run("update-ref", "refs/heads/worktree", first)
            try tree.git.run("read-tree", first)
            try tree.write(file, goesOn ? edited.replacingOccurrences(of: "\"Writer\"", with: "\"Editor\"") : edited)
            let next = try await WorkingTreeHarness(server)
            await next.settle()
            #expect(next.status?.diagnostics == [])
            #expect(next.status?.isClean == true)
            if goesOn {
                #expect(try server.file(file) == merged.replacingOccurrences(of: "\"Writer\"", with: "\"Editor\""))
            } else {
                #expect(try server.git.run("rev-parse", "main") == head)
            }
            #expect(try next.text(file) == server.file(file) + "\n")
        }
    }
}
