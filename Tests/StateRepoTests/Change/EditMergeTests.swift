import StateRepo
import Testing

@Suite("Two changes of one file")
struct EditMergeTests {
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
    ]

    @Test("come together where they can", arguments: cases)
    func merge(path: String, base: String?, current: String?, proposed: String?, expected: String) throws {
        let outcome = try EditMerge.merge(
            at: path,
            base: version(base),
            current: version(current),
            proposed: version(proposed)
        )
        switch outcome {
        case .unchanged: #expect(expected == "=")
        case .proposed: #expect(expected == ">")
        case .merged(let text): #expect(String(decoding: text, as: UTF8.self) == expected)
        case .conflict: #expect(expected == "!")
        }
    }

    private func version(_ text: String?) throws -> FileVersions.Version? {
        try text.map { text in
            let content = Array(text.utf8)
            let id = AnyObjectID(rebinding: try ObjectHash.blob(content))
            return FileVersions.Version(mode: .blob, id: id, content: content)
        }
    }
}
