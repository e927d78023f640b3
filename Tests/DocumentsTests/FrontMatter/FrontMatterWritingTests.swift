import Documents
import Testing

@Suite("Writing front matter")
struct FrontMatterWritingTests {
    @Test("puts members in order, quotes only what needs it, and leaves a blank line before the body")
    func form() throws {
        let value = try json(
            #"{"tags": ["a", "no", "1"], "extra": {"count": 1.50, "e": [], "o": {}}, "name": "sql", "description": "Two\nlines\n", "list": [{"a": 1, "b": [true, null]}, ["x"]], "quote": "a: b"}"#
        )
        let text = try FrontMatter.write(value: value, body: "# SQL\n", order: ["name", "description", "tags"])
        #expect(
            text == """
                ---
                name: sql
                description: |
                  Two
                  lines
                tags:
                  - a
                  - "no"
                  - "1"
                extra:
                  count: 1.50
                  e: []
                  o: {}
                list:
                  - a: 1
                    b:
                      - true
                      - null
                  - - x
                quote: "a: b"
                ---

                # SQL

                """
        )
    }

    private static let awkward = [
        "", " ", "a ", " a", "a\n", "\n", "a\n\nb", "a\n b\n", "\ta", "a\tb", "a: b", "a:", "a #b", "#a", "- a", "-",
        "---",
        "...", "---\n", "a\n---\nb", "? a", "& a", "*a", "!a", "|", ">", "%a", "@a", "`a", "'a'", "\"a\"", "\\", "{a}",
        "[a]", "a, b", "~", "null", "Null", "true", "True", "yes", "no", "on", "1", "-1", "1.5", "1e3", "0x1", "012",
        "1:30",
        "2026-03-01", ".inf", "<<", "=", "é", "e\u{301}", "👍🏽", "a: \u{308}b", "\u{7f}", "\u{1b}[0m", "\u{85}",
        "\u{2028}",
        "\r\n", "a\rb", "x\u{a0}", "\u{fffe}", String(repeating: "long ", count: 300) + "end", "a\n\n",
        "a  \nb",
    ]

    @Test("gives back every text, as value, item and key")
    func awkwardTexts() throws {
        for text in Self.awkward {
            let value: JSONValue = ["v": .string(text), "l": [.string(text), [.string(text)], ["k": .string(text)]]]
            let written = try FrontMatter.write(value: value, body: text)
            let read = try frontMatter(written)
            #expect(read.value == value, "\(written)")
            #expect(read.body.utf8.elementsEqual(text.utf8))
            guard text.utf8.count <= 256 else { continue }
            let inner = JSONValue.object(JSONObject([(text, JSONValue.array(["x"]))]))
            let keyed = JSONValue.object(JSONObject([(text, JSONValue(1)), ("inner", inner)]))
            #expect(try frontMatter(FrontMatter.write(value: keyed, body: "")).value == keyed)
        }
    }

    @Test("gives back random values within the limits")
    func randomValues() throws {
        var random = RandomJSON(seed: 11)
        for _ in 0..<500 {
            let value = random.object(depth: 3)
            guard let written = try? FrontMatter.write(value: value, body: "b") else { continue }
            #expect(try frontMatter(written).value == value)
        }
    }

    @Test("refuses what could not be read back")
    func refuses() {
        func code(_ value: JSONValue) -> FrontMatterError.Code? {
            do {
                _ = try FrontMatter.write(value: value, body: "")
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code([]) == .notMapping)
        #expect(code(["a": "\u{0}"]) == .character)
        #expect(code(["a": "\u{feff}x"]) == .character)
        #expect(code(["a": .array(Array(repeating: 1, count: 300))]) == .tooManyNodes)
        #expect(code(["a": [[[[[[[[1]]]]]]]]]) == .tooDeep)
        #expect(code(["a": .string(String(repeating: "x", count: 17_000))]) == .tooLarge)
    }
}

@Suite("Editing front matter")
struct FrontMatterEditingTests {
    private static let text = """
        ---
        # who
        name:   sql   # the id
        tags: [ a,
          b ]

        # what
        description: >-
          Some
          text
        version: '1'
        # end
        ---
        # Body

        """

    @Test(
        "leaves every byte of it alone when only the body changes",
        arguments: ["", "x", "\nx", "# T\r\n", "\r\nx", "---\n"]
    )
    func bodyOnly(body: String) throws {
        let heads = [
            Self.text.replacing("# Body\n", with: ""), "---\na:   1\n---\n", "---\r\na: 1\r\n---\r\n", "---\n---",
        ]
        for head in heads {
            for rest in ["", "b", "\nb", "\r\nb"] where !(rest == "b" && head.hasSuffix("-")) {
                let before = try frontMatter(head + rest)
                let after = try before.replacingBody(body)
                #expect(after.body.utf8.elementsEqual(body.utf8))
                #expect(after.value == before.value)
                #expect(after.source.utf8.starts(with: head.utf8))
            }
        }
    }

    @Test("leaves the lines of equal members alone")
    func oneMember() throws {
        let document = try frontMatter(Self.text)
        var object = try #require(document.value.objectValue)
        object["version"] = "2"
        object["license"] = "MIT"
        let edited = try document.replacing(
            value: .object(object),
            body: document.body,
            order: ["name", "license", "tags", "description", "version"]
        )
        let expected = Self.text.replacing("version: '1'", with: "version: \"2\"")
            .replacing("# the id\n", with: "# the id\nlicense: MIT\n")
        #expect(edited.source == expected)
        object["tags"] = nil
        let shorter = try edited.replacing(value: .object(object), body: document.body)
        #expect(shorter.source == expected.replacing("tags: [ a,\n  b ]\n", with: ""))
    }

    @Test("keeps CRLF line ends")
    func windows() throws {
        let document = try frontMatter(Self.text.replacing("\n", with: "\r\n"))
        var object = try #require(document.value.objectValue)
        object["version"] = "2\n3\n"
        let edited = try document.replacing(value: .object(object), body: document.body)
        #expect(edited.value == .object(object))
        #expect(edited.source.replacing("\r\n", with: "").utf8.contains(UInt8(ascii: "\n")) == false)
    }

    @Test(
        "writes a mapping anew that is not one key to a line",
        arguments: ["{a: 1, b: 2}", "  a: 1\n  b: 2", "a: 1\nb: 2\n..."]
    )
    func otherLayouts(yaml: String) throws {
        let document = try frontMatter("---\n\(yaml)\n---\nx")
        let edited = try document.replacing(value: ["a": 1, "b": 3, "c": 4], body: "x")
        #expect(edited.value == ["a": 1, "b": 3, "c": 4])
    }

    @Test("gives what was asked for, from any start to any end")
    func randomEdits() throws {
        var random = RandomJSON(seed: 5)
        var count = 0
        for _ in 0..<400 {
            let (first, second) = (random.object(depth: 2), random.object(depth: 2))
            guard let text = try? FrontMatter.write(value: first, body: "b") else { continue }
            guard let edited = try? frontMatter(text).replacing(value: second, body: "c") else { continue }
            #expect(edited.value == second)
            count += 1
        }
        #expect(count > 300)
    }
}
