import Foundation
import StateRepo

/// A push that must be refused, made by git's plumbing: porcelain would not make most of them.
package struct CraftedPush: Sendable {
    package let name: String
    /// What refuses it; `nil` when git's own checks do, before our gate is asked.
    package let code: String?
    package let ref: String
    /// Makes the objects in a clone whose `HEAD` is the head of `main`, and returns what the ref is to name; `nil` deletes.
    package let make: @Sendable (WorkingCopy) throws -> String?

    init(
        _ name: String,
        _ code: String?,
        to ref: String = "refs/heads/main",
        _ make: @escaping @Sendable (WorkingCopy) throws -> String?
    ) {
        self.name = name
        self.code = code
        self.ref = ref
        self.make = make
    }

    package static let all = entries + contents + trees + commits + refs

    /// One entry of a kind or name that no layout has.
    private static let entries: [CraftedPush] = [
        entry("a symbolic link to a secret place", "layout.symlink", "120000", "link.md", "/etc/passwd"),
        entry("a symbolic link upwards", "layout.symlink", "120000", "link.md", "../../.."),
        CraftedPush("attributes that are a link", "layout.symlink") { clone in
            try clone.commit(rootEntry: "120000", ".gitattributes", clone.blob("docs/x"))
        },
        CraftedPush("a submodule", "layout.submodule") { clone in
            try clone.commit(docs: [("160000", Array("module".utf8), clone.head())])
        },
        entry("an executable", "layout.mode", "100755", "run.md"),
        entry("a file that everybody may write", "layout.mode", "100666", "open.md"),
        entry("a file that changes the user", "layout.mode", "104755", "setuid.md"),
        entry("a backslash", "layout.name", "100644", "a\\b.md"),
        entry("an escape sequence", "layout.name", "100644", "a\u{1B}[31m.md"),
        entry("a line break", "layout.name", "100644", "a\nb.md"),
        CraftedPush("a name that is not UTF-8", "layout.name") { clone in
            try clone.commit(docs: [("100644", [0x61, 0xFF, 0xFE], clone.blob("x"))])
        },
        entry("a name of 5,000 bytes", "layout.name", "100644", String(repeating: "x", count: 5_000)),
        entry("a name that reads like an option", "layout.name", "100644", "-rf.md"),
        entry("a device of Windows", "layout.name", "100644", "aux.md"),
        entry("an accent, composed", "layout.name", "100644", "\u{E9}.md"),
        entry("an accent, decomposed", "layout.name", "100644", "e\u{301}.md"),
        entry("a file in no place of the layout", "layout.unknown_path", "100644", "program.exe"),
        CraftedPush("two names that differ by case", "layout.collision") { clone in
            let blob = try clone.blob("x")
            return try clone.commit(docs: [("100644", Array("A.md".utf8), blob), ("100644", Array("a.md".utf8), blob)])
        },
    ]

    private static let contents: [CraftedPush] = [
        CraftedPush("attributes with a filter", "layout.attribute") { clone in
            try clone.commit(rootEntry: "100644", ".gitattributes", clone.blob("* filter=evil\n"))
        },
        CraftedPush("attributes that recode", "layout.attribute") { clone in
            try clone.commit(rootEntry: "100644", ".gitattributes", clone.blob("*.md working-tree-encoding=UTF-16\n"))
        },
        CraftedPush("a file of one byte too many", "layout.too_large") { clone in
            let blob = try clone.blob(String(repeating: "x", count: Layout.maximumFileSize + 1))
            return try clone.commit(docs: [("100644", Array("a.md".utf8), blob)])
        },
        // Put together here, so that this file itself holds no text that looks like a key.
        entry("a key", "secret.in_plain_text", "100644", "a.md", "ghp_" + String(repeating: "a1B2", count: 9)),
        agent("a byte order mark", "json.encoding", [0xEF, 0xBB, 0xBF] + Array("{\"display_name\": \"A\"}".utf8)),
        agent("UTF-16", "json.encoding", [0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00]),
        agent("a cut document", "json.malformed", Array("{\"display_name\": ".utf8)),
        agent("no field that it needs", "object.required", Array("{}".utf8)),
    ]

    private static let trees: [CraftedPush] = [
        CraftedPush("an empty tree", "layout.format_missing") { clone in
            try clone.commit(tree: clone.tree([]))
        },
        CraftedPush("folders of one level too many", "layout.name") { try $0.commit(docsOfDepth: Layout.maximumDepth) },
        CraftedPush("folders of 2,100 levels", "push.limit") { try $0.commit(docsOfDepth: 2_100) },
        CraftedPush("a repository in the tree", nil) { clone in
            try clone.commit(docs: [("100644", Array(".git".utf8), clone.blob("x"))])
        },
        CraftedPush("a repository in the tree, as Windows calls it", nil) { clone in
            try clone.commit(docs: [("100644", Array("git~1".utf8), clone.blob("x"))])
        },
        CraftedPush("a repository in the tree, as macOS reads it", nil) { clone in
            try clone.commit(docs: [("100644", Array(".g\u{200C}it".utf8), clone.blob("x"))])
        },
        CraftedPush("a way up", nil) { clone in
            try clone.commit(docs: [("100644", Array("..".utf8), clone.blob("x"))])
        },
        CraftedPush("a name twice", nil) { clone in
            try clone.commit(literalDocs: [("100644", "a.md"), ("100644", "a.md")])
        },
        CraftedPush("names out of order", nil) { clone in
            try clone.commit(literalDocs: [("100644", "b.md"), ("100644", "a.md")])
        },
        CraftedPush("a mode with a zero in front", nil) { try $0.commit(literalDocs: [("0100644", "a.md")]) },
    ]

    private static let commits: [CraftedPush] = [
        CraftedPush("a committer who claims to be the server", "push.forged_committer") { clone in
            let forged = ["GIT_COMMITTER_EMAIL": "gitplane@0123456789abcdef"]
            return try clone.commit("forged", as: forged).description
        },
        CraftedPush("a commit without an author", nil) { clone in
            let text = "tree \(try clone.git.run("rev-parse", "HEAD^{tree}"))\nparent \(try clone.head())\n\nx\n"
            return try clone.git.run(
                "hash-object",
                "-t",
                "commit",
                "--literally",
                "-w",
                "--stdin",
                input: Array(text.utf8)
            )
        },
        CraftedPush("a message of 5 MB", "push.limit") { clone in
            try clone.commit(tree: "HEAD^{tree}", message: String(repeating: "x", count: 5 << 20))
        },
        CraftedPush("a history of its own", "push.non_fast_forward") { clone in
            try clone.git.run("commit-tree", "HEAD^{tree}", "-m", "root")
        },
        CraftedPush("more commits than one push may bring", "push.limit") { clone in
            var tip = try clone.head()
            for _ in 0...PushReview.maximumCommits {
                tip = try clone.git.run("commit-tree", "HEAD^{tree}", "-p", tip, "-m", "x")
            }
            return tip
        },
        CraftedPush("a merge that puts main second", "push.not_first_parent") { clone in
            let side = try clone.git.run("commit-tree", "HEAD^{tree}", "-p", "HEAD^", "-m", "side")
            return try clone.git.run("commit-tree", "HEAD^{tree}", "-p", side, "-p", "HEAD", "-m", "merge")
        },
        CraftedPush("a merge of more than it may", "push.too_many_parents") { clone in
            var arguments = ["commit-tree", "HEAD^{tree}", "-m", "octopus", "-p", "HEAD"]
            for number in 1...16 {
                arguments += ["-p", try clone.git.run("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "\(number)")]
            }
            return String(String(decoding: try clone.git.output(arguments), as: UTF8.self).prefix(40))
        },
    ]

    private static let refs: [CraftedPush] = [
        CraftedPush("nothing, to delete main", "push.main_deleted") { _ in nil },
        CraftedPush("an earlier commit of main", "push.non_fast_forward") { try $0.git.run("rev-parse", "HEAD^") },
        CraftedPush("a file as a branch", nil, to: "refs/heads/file") { try $0.blob("x") },
        CraftedPush("a tag of a file", "push.not_a_commit", to: "refs/tags/file") { try $0.blob("x") },
        CraftedPush("a tag of a folder", "push.not_a_commit", to: "refs/tags/folder") {
            try $0.git.run("rev-parse", "HEAD^{tree}")
        },
        CraftedPush("a tag of a tag", "push.not_a_commit", to: "refs/tags/nested") { clone in
            try clone.git.run("tag", "-a", "-m", "inner", "inner")
            try clone.git.run("tag", "-a", "-m", "outer", "outer", "inner")
            return try clone.git.run("rev-parse", "outer")
        },
        foreign("refs/notes/gitplane"), foreign("refs/notes/commits"), foreign("refs/gitplane/releases"),
        foreign("refs/gitplane/lost/1"), foreign("refs/meta/config"),
        foreign("refs/replace/\(String(repeating: "1", count: 40))"),
        foreign("refs/heads/worktree"), foreign("refs/remotes/origin/main"),
    ]

    private static func entry(
        _ name: String,
        _ code: String,
        _ mode: String,
        _ file: String,
        _ content: String = "x"
    ) -> CraftedPush {
        CraftedPush(name, code) { clone in
            try clone.commit(docs: [(mode, Array(file.utf8), clone.blob(content))])
        }
    }

    private static func agent(_ name: String, _ code: String, _ content: [UInt8]) -> CraftedPush {
        CraftedPush("an agent with \(name)", code) { clone in
            let blob = try clone.git.run("hash-object", "-w", "--stdin", input: content)
            try clone.git.run("update-index", "--add", "--cacheinfo", "100644,\(blob),state/agents/crafted/agent.json")
            return try clone.commit(tree: clone.git.run("write-tree"))
        }
    }

    private static func foreign(_ ref: String) -> CraftedPush {
        CraftedPush("a ref of the server: \(ref)", "push.ref", to: ref) { try $0.head() }
    }
}

extension WorkingCopy {
    fileprivate func head() throws -> String { try git.run("rev-parse", "HEAD") }

    fileprivate func blob(_ content: String) throws -> String {
        try git.run("hash-object", "-w", "--stdin", input: Array(content.utf8))
    }

    /// A tree with entries that need not exist, nor be sensible.
    fileprivate func tree(_ entries: [(mode: String, name: [UInt8], id: String)]) throws -> String {
        var input: [UInt8] = []
        for entry in entries {
            let type = ["040000": "tree", "160000": "commit"][entry.mode] ?? "blob"
            input += Array("\(entry.mode) \(type) \(entry.id)\t".utf8) + entry.name + [0]
        }
        return try git.run("mktree", "-z", "--missing", input: input)
    }

    fileprivate func commit(tree: String, message: String = "crafted") throws -> String {
        try git.run("commit-tree", tree, "-p", "HEAD", input: Array(message.utf8))
    }

    /// The tree of `HEAD` with one more entry.
    fileprivate func commit(rootEntry mode: String, _ name: String, _ id: String) throws -> String {
        let listed = try git.output(["ls-tree", "-z", "HEAD"])
        let kept = listed.split(separator: 0).filter { !$0.reversed().starts(with: "\t\(name)".utf8.reversed()) }
        let type = mode == "040000" ? "tree" : "blob"
        var input: [UInt8] = []
        for entry in kept { input += Array(entry) + [0] }
        input += Array("\(mode) \(type) \(id)\t\(name)".utf8) + [0]
        return try commit(tree: git.run("mktree", "-z", "--missing", input: input))
    }

    /// The tree of `HEAD` with a folder `docs` of these entries.
    fileprivate func commit(docs entries: [(mode: String, name: [UInt8], id: String)]) throws -> String {
        try commit(rootEntry: "040000", "docs", tree(entries))
    }

    /// A folder `docs` whose tree is written byte by byte.
    fileprivate func commit(literalDocs entries: [(mode: String, name: String)]) throws -> String {
        let id = try git.run("hash-object", "-w", "--stdin", input: Array("x".utf8))
        guard let blob = BlobID(id) else { return id }
        let content = entries.flatMap { Array("\($0.mode) \($0.name)\0".utf8) + Array(blob.bytes) }
        let tree = try git.run("hash-object", "-t", "tree", "--literally", "-w", "--stdin", input: content)
        return try commit(rootEntry: "040000", "docs", tree)
    }

    /// A file below that many folders.
    fileprivate func commit(docsOfDepth depth: Int) throws -> String {
        var content = Array("blob\nmark :1\ndata 1\nx\n".utf8)
        let path = Array(repeating: "d", count: depth - 1).joined(separator: "/")
        content += Array("commit refs/heads/deep\ncommitter Ada <ada@example.com> 1700000000 +0000\ndata 1\nx\n".utf8)
        content += Array("from \(try head())\nM 100644 :1 docs/\(path)/a.md\n\n".utf8)
        try git.run("fast-import", "--quiet", "--force", input: content)
        return try git.run("rev-parse", "deep")
    }
}
