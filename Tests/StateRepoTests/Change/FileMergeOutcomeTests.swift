import Documents
import StateRepo
import TestSupport
import Testing

@Suite("Two changes of one file")
struct FileMergeOutcomeTests {
    /// Base, present side, proposal, and what comes of it: a text, `=` for the present side, `>` for the proposal, `!`.
    static let cases: [(String, String?, String?, String?, String)] = [
        ("a.json", "{\"a\": 1}", "{\"a\": 1}", "{\"a\": 2}", ">"),
        ("a.json", "{\"a\": 1}", "{\"a\": 2}", "{\"a\": 1}", "="),
        ("a.json", "{\"a\": 1}", "{\"a\": 2}", "{\"a\": 2}", "="),
        ("a.json", "{\"a\": 1, \"b\": 1}", "{\"a\": 2, \"b\": 1}", "{\"a\": 1, \"b\": 2}", "{\"a\": 2, \"b\": 2}"),
        ("a.json", "{\"a\": 1}", "{\"a\": 2}", "{ \"a\":1 }", "{ \"a\":2 }"),
        ("a.json", "{\"a\": 1}", "{\"a\": 2}", "{\"a\": 3}", "!"),
        ("a.json", "{\"a\": 1}", nil, "{\"a\": 3}", "!"), ("a.json", "{\"a\": 1}", "{\"a\": 3}", nil, "!"),
        ("a.json", "{\"a\": 1}", nil, nil, "="), ("a.json", nil, nil, "{}", ">"), ("a.json", "{}", "{}", nil, ">"),
        ("a.json", nil, "{\"a\": 1}", "{\"b\": 1}", "{\"b\": 1, \"a\": 1}"),
        ("a.json", "{\"a\": 1}", "{\"a\": 2}", "{\"a\": ", "!"),
        ("a.md", "1\n2\n3\n", "1\n2\nx\n", "y\n2\n3\n", "y\n2\nx\n"),
        ("a.md", "1\n2\n", "1\nx\n", "1\ny\n", "!"), ("a.bin", "\0", "\0a", "\0b", "!"),
        (
            skill, "---\na: 1\nb: 1\n---\nx\n", "---\na: 2\nb: 1\n---\nx\n", "---\na: 1\nb: 2\n---\ny\n",
            "---\na: 2\nb: 2\n---\ny\n"
        ),
        (skill, "---\na: 1\n---\n", "---\na: 2\n---\n", "---\na: 3\n---\n", "!"),
        (skill, "---\na: 1\n---\n1\n", "---\na: 1\n---\n2\n", "---\na: 1\n---\n3\n", "!"),
        (skill, "1\n2\n3\n", "x\n2\n3\n", "1\n2\ny\n", "x\n2\ny\n"),
        (skill, "---\na: 1\n---\n", nil, "---\na: 3\n---\n", "!"),
    ]

    private static let skill = "skills/tdd/SKILL.md"

    @Test("come together where they can", arguments: cases)
    func merge(path: String, base: String?, current: String?, proposed: String?, expected: String) throws {
        switch try merge(path, base, current, proposed).outcome {
        case .unchanged: #expect(expected == "=")
        case .proposed: #expect(expected == ">")
        case .merged(let text): #expect(String(decoding: text, as: UTF8.self) == expected)
        case .conflicts(let places): #expect(expected == "!" && !places.isEmpty)
        }
    }

    static let layouts: [(String, String, String, String, String, String)] = [
        ("a.json", "{\"a\": 1}", "{ \"a\":1, \"b\":2 }", "{\"a\": 3}", "{ \"a\":3, \"b\":2 }", "{\"a\": 3, \"b\": 2}"),
        (
            skill, "---\na: 1\n---\n", "---\n# ours\na: 1\nb: 2\n---\n", "---\n# theirs\na: 3\n---\n",
            "---\n# ours\na: 3\nb: 2\n---\n", "---\n# theirs\na: 3\nb: 2\n---\n"
        ),
    ]

    @Test("have the formatting of the side that is chosen", arguments: layouts)
    func formatting(
        path: String,
        base: String,
        current: String,
        proposed: String,
        ours: String,
        theirs: String
    ) throws {
        for (formatting, expected) in [(FileMerge.Formatting.current, ours), (.proposed, theirs)] {
            guard case .merged(let text) = try merge(path, base, current, proposed, formatting).outcome else {
                Issue.record("nothing was merged")
                return
            }
            #expect(String(decoding: text, as: UTF8.self) == expected)
        }
    }

    @Test("are told with the place in the whole file")
    func places() throws {
        let merge = try merge(Self.skill, "---\na: 1\n---\n1\n2\n", "---\na: 1\n---\n1\nx\n", "---\na: 1\n---\n1\ny\n")
        guard case .conflicts(let places) = merge.outcome,
            case .lines(let lines, let pointer, let above)? = places.first
        else {
            Issue.record("there is no conflict of lines")
            return
        }
        #expect(pointer == JSONPointer(tokens: ["body"]) && above + lines.proposed.start == 5)
    }

    private func merge(
        _ path: String,
        _ base: String?,
        _ current: String?,
        _ proposed: String?,
        _ formatting: FileMerge.Formatting = .proposed
    ) throws -> FileMerge {
        FileMerge(
            path: path,
            base: try version(base),
            current: try version(current),
            proposed: try version(proposed),
            schemas: try StateFixture.rules().schemas,
            formatting: formatting
        )
    }

    private func version(_ text: String?) throws -> FileVersions.Version? {
        try text.map { text in
            let content = Array(text.utf8)
            let id = AnyObjectID(rebinding: try ObjectHash.blob(content))
            return FileVersions.Version(mode: .blob, id: id, content: content)
        }
    }
}
