import Documents
import Testing

func frontMatter(_ text: String) throws(FrontMatterError) -> FrontMatter { try FrontMatter(parsing: Array(text.utf8)) }

func refusal(_ text: String) -> FrontMatterError? {
    do {
        _ = try frontMatter(text)
        return nil
    } catch {
        return error
    }
}

@Suite("Reading front matter")
struct FrontMatterReadingTests {
    @Test("gives the mapping, the body and the line that it begins on")
    func reads() throws {
        let text = "---\nname: sql\ntags: [a, b]\n---\n\n# SQL\n\n---\nmore\n"
        let document = try frontMatter(text)
        #expect(document.value == ["name": "sql", "tags": ["a", "b"]])
        #expect(document.value.objectValue?.keys == ["name", "tags"])
        #expect(document.body == "# SQL\n\n---\nmore\n")
        #expect(document.bodyStartLine == 6)
        #expect(document.source == text)
    }

    @Test(
        "finds the delimiters",
        arguments: [
            ("---\n---\n", "", 3), ("---\n---", "", 3), ("---\n---\nx", "x", 3), ("---\n---\n\nx", "x", 4),
            ("---\n---\n\n\nx", "\nx", 4), ("---\r\n---\r\n\r\nx\r\n", "x\r\n", 4), ("--- \n---\t\nx", "x", 3),
            ("---\n# only a comment\n---\n---\n", "---\n", 4),
        ]
    )
    func delimiters(text: String, body: String, line: Int) throws {
        let document = try frontMatter(text)
        #expect(document.value == [:])
        #expect(document.body.utf8.elementsEqual(body.utf8))
        #expect(document.bodyStartLine == line)
    }

    @Test("gives plain scalars the meaning that no reader disputes")
    func plainScalars() throws {
        let strings = [
            "no", "yes", "on", "off", "y", "n", "True", "FALSE", "Null", "NULL", "0o14", "012", "0x1F", "1_000", "1:30",
            "2026-03-01", "2026-03-01T10:00:00Z", ".inf", "-.INF", ".nan", "+1", ".5", "1.", "1e999", "--1", "a b", "-",
        ]
        for text in strings {
            #expect(try frontMatter("---\nk: \(text == "-" ? "'-'" : text)\n---\n").value["k"] == .string(text))
        }
        let others: [(String, JSONValue)] = try [
            ("true", true), ("false", false), ("null", nil), ("~", nil), ("", nil), ("12", 12), ("-3", -3),
            ("1.50", json("1.50")), ("1e3", 1_000),
        ]
        for (text, value) in others {
            #expect(try frontMatter("---\nk: \(text)\n---\n").value["k"] == value, "\(text)")
        }
        #expect(try frontMatter("---\nk: 1.50\n---\n").value["k"].map { "\($0)" }?.contains("1.50") == true)
    }

    @Test("takes quoted and block scalars as strings")
    func otherScalars() throws {
        let text =
            "---\na: 'true'\nb: \"1\\n\\u00e9\"\nc: |\n  x\n   y\nd: >-\n  x\n  y\ne: '*not an alias'\nf: a & b *c* !d\n---\n"
        let expected: JSONValue = [
            "a": "true", "b": "1\né", "c": "x\n y\n", "d": "x y", "e": "*not an alias", "f": "a & b *c* !d",
        ]
        #expect(try frontMatter(text).value == expected)
        #expect(try frontMatter(text.replacing("\n", with: "\r\n")).value == expected)
    }

    @Test(
        "finds the place of every key and value",
        arguments: [
            ("/name", "2:7", "2:1"), ("/tags", "4:3", "3:1"), ("/tags/1", "5:5", nil), ("/map/é/in", "7:12", "7:8"),
        ]
    )
    func positions(pointer: String, value: String, key: String?) throws {
        let document = try frontMatter("---\nname: x\ntags:\n  - a\n  - b\nmap:\n  é: { in: 1 }\n---\n")
        let pointer = try #require(JSONPointer(pointer))
        #expect(document.position(of: pointer)?.description == value)
        #expect(document.keyPosition(of: pointer)?.description == key)
    }

    @Test(
        "refuses what is outside the subset, with its place",
        arguments: [
            ("", "frontmatter.missing", "1:1"), ("# Title\n", "frontmatter.missing", "1:1"),
            ("\n---\na: 1\n---\n", "frontmatter.missing", "1:1"), ("----\n----\n", "frontmatter.missing", "1:1"),
            ("---\na: 1\n", "frontmatter.unclosed", "1:1"), ("---\na: 1\n----\n", "frontmatter.unclosed", "1:1"),
            ("\u{feff}---\n---\n", "frontmatter.encoding", "1:1"),
            ("---\na: \u{0}\n---\n", "frontmatter.character", "2:4"),
            ("---\na: 1\n---\n\nx\u{0}", "frontmatter.character", "5:2"),
            ("---\na: x\ry\n---\n", "frontmatter.character", "2:5"),
            ("---\na: é\u{85}\n---\n", "frontmatter.character", "2:5"),
            ("---\na: \"\\0\"\n---\n", "frontmatter.character", "2:4"),
            ("---\na: [1\n---\n", "frontmatter.malformed", "3:1"),
            ("---\na: 1\n b: 2\n---\n", "frontmatter.malformed", "3:3"),
            ("---\n\ta: 1\n---\n", "frontmatter.malformed", "2:1"),
            ("---\n- a\n---\n", "frontmatter.not_a_mapping", "2:1"),
            ("---\ntext\n---\n", "frontmatter.not_a_mapping", "2:1"),
            ("---\na: 1\n...\nb: 2\n---\n", "frontmatter.multiple_documents", "4:1"),
            ("---\na: 1\n--- {b: 2}\n---\n", "frontmatter.multiple_documents", "3:1"),
            ("---\n%YAML 1.2\n---\n", "frontmatter.multiple_documents", "3:1"),
            ("---\na: &x 1\n---\n", "frontmatter.anchor", "2:4"),
            ("---\na: 1\nb: *x\n---\n", "frontmatter.anchor", "3:4"),
            ("---\na: &x\nb: *x\n---\n", "frontmatter.anchor", "2:4"),
            ("---\n&x a: 1\n---\n", "frontmatter.anchor", "2:1"),
            ("---\na: !!str 1\n---\n", "frontmatter.tag", "2:4"),
            ("---\na: !!str \"1\"\n---\n", "frontmatter.tag", "2:4"),
            ("---\na: ! 1\n---\n", "frontmatter.tag", "2:4"),
            ("---\na: !!binary aGk=\n---\n", "frontmatter.tag", "2:4"),
            ("---\na: !!python/object:os.system x\n---\n", "frontmatter.tag", "2:4"),
            ("---\na: !!set {b}\n---\n", "frontmatter.tag", "2:4"),
            ("---\n!!map a: 1\n---\n", "frontmatter.tag", "2:1"),
            ("---\n<<: {a: 1}\n---\n", "frontmatter.merge_key", "2:1"),
            ("---\n[a]: b\n---\n", "frontmatter.complex_key", "2:1"),
            ("---\n{a: b}: c\n---\n", "frontmatter.complex_key", "2:1"),
            ("---\n? - a\n: b\n---\n", "frontmatter.complex_key", "2:3"),
            ("---\n1: a\n---\n", "frontmatter.complex_key", "2:1"),
            ("---\nnull: a\n---\n", "frontmatter.complex_key", "2:1"),
            ("---\n~: a\n---\n", "frontmatter.complex_key", "2:1"),
            ("---\na: 1\nb: 2\na: 3\n---\n", "frontmatter.duplicate_key", "4:1"),
            ("---\na: 1\n\"a\": 3\n---\n", "frontmatter.duplicate_key", "3:1"),
            ("---\nx: a\na: 1\nb: 2\nb: 4\na: 3\n---\n", "frontmatter.duplicate_key", "6:1"),
            ("---\na:\n  # b: 0\n  b:\n    b: 1\n\n  c: 1\n  'b' : 3\nb: 1\n---\n", "frontmatter.duplicate_key", "8:3"),
            ("---\na:\n  - b: 1\n    c: |\n      b: 2\n    b: 3\n---\n", "frontmatter.duplicate_key", "6:5"),
            ("---\na: {b: {c: 1, b: 2}, c: \"{b: 1\", 'b': 3}\n---\n", "frontmatter.duplicate_key", "2:34"),
            ("---\na: {b: 1,\n  b: 2}\n---\n", "frontmatter.duplicate_key", "3:3"),
            ("---\na: 1\n\"\\x61\": 3\n---\n", "frontmatter.duplicate_key", "2:1"),
            ("---\na: 1\n? a\n: 2\n---\n", "frontmatter.duplicate_key", "2:1"),
        ]
    )
    func refuses(text: String, code: String, place: String) {
        let error = refusal(text)
        #expect(error?.code.rawValue == code)
        #expect(error?.position.description == place)
    }

    @Test("refuses bytes that are not UTF-8 at their place")
    func encoding() {
        let error = #expect(throws: FrontMatterError.self) {
            try FrontMatter(parsing: Array("---\na: é".utf8) + [0xff] + Array("\n---\n".utf8))
        }
        #expect(error?.code == .encoding)
        #expect(error?.position.description == "2:5")
    }

    @Test("has limits of size, nodes, depth and length of keys, and reaches each")
    func limits() {
        func sized(_ count: Int) -> String { "---\na: " + String(repeating: "x", count: count - 4) + "\n---\n" }
        #expect(refusal(sized(FrontMatter.maximumLength)) == nil)
        #expect(refusal(sized(FrontMatter.maximumLength + 1))?.code == .tooLarge)
        func counted(_ count: Int) -> String { "---\na: [" + String(repeating: "1, ", count: count - 3) + "]\n---\n" }
        #expect(refusal(counted(FrontMatter.maximumNodes)) == nil)
        #expect(refusal(counted(FrontMatter.maximumNodes + 1))?.code == .tooManyNodes)
        func nested(_ depth: Int) -> String {
            "---\na: " + String(repeating: "[", count: depth - 1) + "1" + String(repeating: "]", count: depth - 1)
                + "\n---\n"
        }
        #expect(refusal(nested(FrontMatter.maximumDepth)) == nil)
        #expect(refusal(nested(FrontMatter.maximumDepth + 1))?.code == .tooDeep)
        func keyed(_ length: Int) -> String { "---\n" + String(repeating: "k", count: length) + ": 1\n---\n" }
        #expect(refusal(keyed(256)) == nil)
        #expect(refusal(keyed(257))?.code == .keyTooLong)
    }
}
