import Documents
import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("What a push may bring at most", .timeLimit(.minutes(15)))
struct PushLimitTests {
    /// Stores an object as it is, whatever git would say about it.
    private func store(_ kind: String, _ content: String, in git: Git) throws -> AnyObjectID {
        let text = try git.run("hash-object", "-t", kind, "--literally", "-w", "--stdin", input: Array(content.utf8))
        return try #require(AnyObjectID(text))
    }

    private func padded(_ head: String, to size: Int) -> String {
        head + String(repeating: "x", count: size - head.utf8.count - 1) + "\n"
    }

    @Test("A line for the pusher is cut at its limit", arguments: [0, 1])
    func line(excess: Int) throws {
        func line(_ message: String) throws -> String {
            let diagnostic = Diagnostic(.error, "x", file: "a.md", message)
            let finding = PushFinding(diagnostic: diagnostic, commit: nil, isBlocking: true)
            return try #require(PushVerdict(decision: .refused, findings: [finding]).lines.first)
        }
        let length = PushVerdict.maximumLineLength - (try line("").unicodeScalars.count) + excess
        let cut = try line(String(repeating: "x", count: length))
        #expect(cut.unicodeScalars.count == PushVerdict.maximumLineLength)
    }

    @Test("An annotated tag is read up to its limit", arguments: [0, 1])
    func tag(excess: Int) async throws {
        try await withPushScenario { scenario in
            let head = """
                object \(try scenario.clone.git.run("rev-parse", "HEAD"))
                type commit
                tag big
                tagger Ada <ada@example.com> 1700000000 +0000


                """
            let tag = try store("tag", padded(head, to: GitTag.maximumSize + excess), in: scenario.clone.git)
            let verdict = try scenario.review([scenario.update("refs/tags/big", to: tag)])
            #expect(verdict.refusals == (excess == 0 ? [] : ["push.limit"]))
        }
    }

    @Test("A commit is read up to its limit", arguments: [0, 1])
    func commit(excess: Int) async throws {
        try await withPushScenario { scenario in
            let head = """
                tree \(try scenario.clone.git.run("rev-parse", "HEAD^{tree}"))
                parent \(try scenario.clone.git.run("rev-parse", "HEAD"))
                author Ada <ada@example.com> 1700000000 +0000
                committer Ada <ada@example.com> 1700000000 +0000


                """
            let size = GitRepository.maximumCommitSize + excess
            let commit = try store("commit", padded(head, to: size), in: scenario.clone.git)
            let verdict = try scenario.review([scenario.update("refs/heads/main", to: commit)])
            #expect(verdict.refusals == (excess == 0 ? [] : ["push.limit"]))
        }
    }

    @Test("All commits of a ref together change so many paths", arguments: [0, 1])
    func changes(excess: Int) async throws {
        try await withPushScenario { scenario in
            // A file appears, goes and comes back: three commits, three changes, one in the result.
            for round in 0..<(3 + excess) {
                if round.isMultiple(of: 2) {
                    try scenario.clone.write("docs/one.md", "text\n")
                } else {
                    try scenario.clone.remove("docs/one.md")
                }
                try scenario.clone.commit()
            }
            let update = try scenario.update("refs/heads/main", to: scenario.clone.id("HEAD"))
            let verdict = try scenario.review([update], changeLimit: 3)
            #expect(verdict.refusals == (excess == 0 ? [] : ["push.limit"]))
        }
    }

    @Test("The mode of an entry has so many digits, and more make the tree damaged", arguments: [0, 1])
    func modeDigits(excess: Int) async throws {
        try await withTemporaryRepository { repository, git in
            let blob = try repository.writeBlob([1])
            let mode = String(repeating: "0", count: 1 + excess) + "100644"
            let content = Array("\(mode) a\0".utf8) + blob.bytes
            let text = try git.run("hash-object", "-t", "tree", "--literally", "-w", "--stdin", input: content)
            let tree = try #require(TreeID(text))
            if excess == 0 {
                #expect(try repository.readTree(tree).map(\.mode) == [.blob])
            } else {
                let error = #expect(throws: GitError.self) { try repository.readTree(tree) }
                #expect(error?.code == .corrupt)
            }
        }
    }
}
