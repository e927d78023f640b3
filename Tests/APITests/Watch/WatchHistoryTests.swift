import API
import Documents
import Foundation
import HTTPTypes
import HummingbirdTesting
import Reconciler
import StateRepo
import TestSupport
import Testing

/// Random histories, random places to come back to: git says what had to be told.
@Suite("What watchers are told, against git", .timeLimit(.minutes(15)))
struct WatchHistoryTests {
    private struct Told: Equatable {
        let revision: String
        let resources: Set<String>
    }

    @Test(
        "Events behind any point are the commits behind it, each once and in order, with what git says they touch",
        arguments: [1, 2, 3] as [UInt64]
    )
    func histories(_ seed: UInt64) async throws {
        try await withStateServer(Self.files, .live) { server in
            let live = try await server.watch { watch in
                var random = SeededGenerator(seed: seed)
                var told: [Told] = []
                for _ in 0..<12 {
                    let count = try await Self.move(server, &random)
                    for _ in 0..<count { told.append(try Self.told(try await watch.data("change"))) }
                }
                return told
            }
            let expected = try Self.expected(server.git)
            #expect(live == expected)
            var random = SeededGenerator(seed: seed + 100)
            for _ in 0..<6 {
                let point = Int.random(in: 0...expected.count, using: &random)
                let told = try await server.watch("?since=\(point + 1)") { watch in
                    var told: [Told] = []
                    for _ in point..<expected.count { told.append(try Self.told(try await watch.data("change"))) }
                    return told
                }
                #expect(told == Array(expected[point...]))
            }
        }
    }

    /// Agents and skill stay, so that what a file belongs to is always there to be told.
    private static let files = [
        "state/agents/a/agent.json": "{\"display_name\": \"A\"}\n",
        "state/agents/b/agent.json": "{\"display_name\": \"B\"}\n",
        "skills/x/SKILL.md": "---\nname: x\ndescription: Does x.\n---\nX\n",
    ]

    /// Moves `main` by a write of the API, or by some commits of git at once.
    private static func move(_ server: StateServer, _ random: inout SeededGenerator) async throws -> Int {
        let before = try server.commitCount()
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            let number = UInt16.random(in: 0...(.max), using: &random)
            let body: JSONValue = ["display_name": .string("\(number)")]
            _ = try await server.client.send(.put, "/api/control-plane/agents/c", json: body)
        case 1: _ = try await server.client.send(.delete, "/api/control-plane/agents/c")
        default:
            let hand = try server.checkout()
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                for _ in 0..<Int.random(in: 0...3, using: &random) { try edit(hand, &random) }
                try hand.commit()
            }
            try hand.git.run("push", "--quiet", "origin", "HEAD:main")
            try await server.reconcile()
        }
        return try server.commitCount() - before
    }

    private static func edit(_ hand: WorkingCopy, _ random: inout SeededGenerator) throws {
        let paths = [
            "state/agents/a/agent.json", "state/agents/a/soul.md", "state/agents/b/agent.json",
            "state/agents/b/rules.md",
            "state/system-settings.json", "skills/x/SKILL.md", "skills/x/assets/y.txt", "docs/z.md",
        ]
        let path = paths.randomElement(using: &random) ?? paths[0]
        let exists = FileManager.default.fileExists(atPath: hand.folder.appending(path: path).path)
        if exists, files[path] == nil, Int.random(in: 0..<3, using: &random) == 0 { return try hand.remove(path) }
        let number = UInt32.random(in: 0...(.max), using: &random)
        let text =
            switch path.split(separator: ".").last {
            case "json" where path.hasSuffix("agent.json"): "{\"display_name\": \"\(number)\"}\n"
            case "json": "{\"shared_variables\": {\"X\": \"\(number)\"}}\n"
            case _ where path.hasSuffix("SKILL.md"): "---\nname: x\ndescription: Does \(number).\n---\nX\n"
            default: "\(number)\n"
            }
        try hand.write(path, text)
    }

    /// Every commit behind the first, with the resources of the files that it touches and the agents around them.
    private static func expected(_ git: Git) throws -> [Told] {
        let revisions = try git.run("rev-list", "--first-parent", "--reverse", "main").split(separator: "\n")
        return try revisions.dropFirst().map { revision in
            let names = try git.run("diff", "--name-only", "\(revision)^1", "\(revision)").split(separator: "\n")
            return Told(revision: String(revision), resources: Set(names.flatMap { resources(String($0)) }))
        }
    }

    private static func resources(_ path: String) -> [String] {
        let parts = path.split(separator: "/").map(String.init)
        switch (parts[0], parts[1]) {
        case ("state", "agents"):
            let agent = "agents/\(parts[2])"
            return parts[3] == "agent.json" ? [agent] : [agent, "\(agent)/documents/\(parts[3].dropLast(3))"]
        case ("state", "system-settings.json"): return ["system-settings"]
        case ("skills", let id): return ["skills/\(id)"]
        default: return []
        }
    }

    private static func told(_ change: JSONValue) throws -> Told {
        let resources = change["resources"]?.arrayValue?.compactMap { $0["resource"]?.stringValue } ?? []
        return Told(revision: change["revision"]?.stringValue ?? "", resources: Set(resources))
    }
}
