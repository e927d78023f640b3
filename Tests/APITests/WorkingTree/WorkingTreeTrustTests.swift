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
}
