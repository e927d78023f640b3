import API
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("A revert of whatever change")
struct RevertPropertyTests {
    @Test("A change of ten thousand files can be taken back, and one of more cannot")
    func limit() async throws {
        try await withStateServer(RevertTests.start) { server in
            let most = (0..<Reversal.maximumFiles).map { ("docs/\($0).md", Optional("x\n")) }
            try await server.force(Dictionary(uniqueKeysWithValues: most))
            let answer = try await server.client.send(.post, "\(RevertTests.changes)/2/revert")
            #expect(answer.status == 201)
            #expect(try answer.json()["truncated"] == true)
            #expect(try RevertTests.tree(server, "main") == RevertTests.tree(server, "main~2"))
            let more = most + [("docs/more.md", Optional("x\n"))]
            try await server.force(Dictionary(uniqueKeysWithValues: more))
            let refused = try await server.client.send(.post, "\(RevertTests.changes)/4/revert")
            #expect(refused.code == "state.invalid")
            #expect(try refused.json()["details"]?.arrayValue?.first?["code"] == "change.too_large")
        }
    }

    @Test("A revert right after a change gives back the tree before it, whatever the change", arguments: 0..<4)
    func property(_ seed: Int) async throws {
        try await withStateServer(RevertTests.start) { server in
            var random = SeededGenerator(seed: UInt64(seed))
            var state = RandomState()
            for _ in 0..<6 {
                try await server.force(state.step(using: &random))
                let before = try RevertTests.tree(server, "main~1")
                let sequence = try server.commitCount()
                let answer = try await server.client.send(.post, "\(RevertTests.changes)/\(sequence)/revert")
                #expect(answer.status == 201, "\(answer.text)")
                #expect(try RevertTests.tree(server, "main") == before)
                // Taking the revert back brings the change again.
                let after = try RevertTests.tree(server, "main~1")
                #expect(
                    try await server.client.send(.post, "\(RevertTests.changes)/\(sequence + 1)/revert").status == 201
                )
                #expect(try RevertTests.tree(server, "main") == after)
            }
        }
    }
}

/// Random edits of files of every kind, each leaving a valid state.
private struct RandomState {
    private var present: [String: String] = [:]

    private static let names = ["a", "b", "c"]

    mutating func step(using random: inout SeededGenerator) -> [String: String?] {
        var changes: [String: String?] = [:]
        for _ in 0...Int.random(in: 0..<3, using: &random) {
            let path = Self.paths.randomElement(using: &random) ?? "docs/a.md"
            let isOptional = path.hasPrefix("docs/") || path.contains("/references/") || path.hasSuffix("/soul.md")
            if present[path] != nil, isOptional, Bool.random(using: &random) {
                changes[path] = .some(nil)
            } else {
                changes[path] = Self.text(path, using: &random)
            }
        }
        // A folder needs the file that makes it an agent or a skill.
        for path in Array(changes.keys) {
            let owner = Self.owner(of: path)
            if let owner, present[owner] == nil, changes[owner] == nil {
                changes[owner] = Self.text(owner, using: &random)
            }
        }
        for (path, text) in changes { present[path] = text }
        return changes
    }

    private static let paths = names.flatMap { name in
        [
            "state/agents/\(name)/agent.json", "state/agents/\(name)/soul.md", "skills/\(name)/SKILL.md",
            "skills/\(name)/references/notes.md", "docs/\(name).md",
        ]
    }

    private static func owner(of path: String) -> String? {
        let parts = path.split(separator: "/")
        if path.hasSuffix("/soul.md") { return "state/agents/\(parts[2])/agent.json" }
        if path.contains("/references/") { return "skills/\(parts[1])/SKILL.md" }
        return nil
    }

    private static func text(_ path: String, using random: inout SeededGenerator) -> String {
        let words = "text \(UInt32.random(in: 0...UInt32.max, using: &random))"
        let parts = path.split(separator: "/")
        if path.hasSuffix(".json") { return "{\n    \"display_name\": \"\(words)\"}\n" }
        if path.hasSuffix("SKILL.md") { return "---\nname: \(parts[1])\ndescription: \(words)\n---\n\(words)\n" }
        return "\(words)\nsecond line"
    }
}
