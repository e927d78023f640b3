import API
import Documents
import StateRepo
import TestSupport
import Testing

@Suite("Files that somebody formatted by hand")
struct AgentFormattingTests {
    /// A definition with odd white space: members of one object on one line or many, tabs or blanks, blank lines.
    private static func definition(_ random: inout SeededGenerator) -> String {
        let indent = ["\t", "  ", "      ", ""].randomElement(using: &random) ?? ""
        let colon = [":", ": ", " : ", "   :"].randomElement(using: &random) ?? ":"
        let end = ["", "\n", "\n\n"].randomElement(using: &random) ?? ""
        var members = [
            "\"display_name\"\(colon)\"Atlas\"", "\"description\"\(colon)\"Old\\u0021\"",
            "\"labels\"\(colon){ \"b\": \"2\",   \"a\":\"1\" }", "\"custom_skills\"\(colon)[ ]",
            "\"model_policy\"\(colon){\n\(indent)\(indent)\"max_budget_usd\"\(colon)1.50e0\n\(indent)}",
            "\"hard_rules\"\(colon){\"non_negotiables\":[ \"x\",\n\"y\" ]}",
        ]
        members.shuffle(using: &random)
        let gap = ["\n", "\n\n", "\n \t\n"].randomElement(using: &random) ?? "\n"
        return "{\(gap)\(indent)" + members.joined(separator: ",\(gap)\(indent)") + "\n}\(end)"
    }

    private static let edits: [(JSONValue, String)] = [
        (["description": "New"], "\"New\""), (["display_name": "Borealis"], "\"Borealis\""),
        (["labels": ["a": "3"]], "\"3\""), (["model_policy": ["max_budget_usd": 2]], "2"),
    ]

    @Test("Changing one field changes one line", arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func oneLine(_ seed: UInt64) async throws {
        try await withStateServer([:]) { server in
            var random = SeededGenerator(seed: seed)
            for (number, (patch, text)) in Self.edits.enumerated() {
                let id = "atlas-\(number)"
                try await server.force([Agents.file(id): Self.definition(&random)])
                let answer = try await server.client.patch(id, patch)
                try #require(answer.status == 200, "\(answer.text)")
                let shown = try server.git.run("show", "--format=", "--numstat", "main")
                #expect(shown == "1\t1\t\(Agents.file(id))", "seed \(seed)")
                let lines = try server.git.run("show", "--format=", "-U0", "main").split(separator: "\n")
                let added = lines.filter { $0.hasPrefix("+") && !$0.hasPrefix("+++") }
                #expect(added.count == 1 && added[0].contains(text))
                let again = try await server.client.patch(id, patch)
                #expect(again.etag == answer.etag)
            }
            try server.git.run("fsck", "--strict")
        }
    }

    @Test("A new file has two blanks of indent, keys in the schema's order and a final line break")
    func newFile() async throws {
        try await withStateServer { server in
            let definition: JSONObject = ["hard_rules": ["non_negotiables": ["x"]], "labels": ["b": "2", "a": "1"]]
            try await server.client.create("atlas", definition)
            let bytes = try server.git.output(["show", "main:\(Agents.file("atlas"))"])
            let text = String(decoding: bytes, as: UTF8.self)
            let expected = """
                {
                  "$schema": "https://gitplane.dev/schemas/agent.json",
                  "display_name": "Agent atlas",
                  "labels": {
                    "b": "2",
                    "a": "1"
                  },
                  "hard_rules": {
                    "non_negotiables": ["x"]
                  }
                }

                """
            #expect(text == expected)
        }
    }
}
