import Documents
import Testing

@Suite("Edits of hand-formatted documents")
struct JSONEditTests {
    private func edit(
        _ text: String,
        _ change: (inout JSONValue) throws -> Void,
        order: MemberOrder = .none
    ) throws -> String {
        let document = try JSONDocument(parsing: Array(text.utf8))
        var value = document.value
        try change(&value)
        let edited = document.edited(to: value, order: order)
        #expect(edited.value == value)
        #expect(try JSONDocument(parsing: edited.source) == edited)
        return String(decoding: edited.source, as: UTF8.self)
    }

    /// Text, RFC 7396 patch, and the text that is wanted.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let patch: String
        let expected: String

        init(_ name: String, _ text: String, _ patch: String, _ expected: String) {
            (self.testDescription, self.text, self.patch, self.expected) = (name, text, patch, expected)
        }
    }

    @Test(
        "Only what the change concerns is written anew",
        arguments: [
            Case("nothing", "{ \"a\" :1.0,\n\n\"b\":[ ] }", #"{"a":1}"#, "{ \"a\" :1.0,\n\n\"b\":[ ] }"),
            Case("a scalar", "{\n\t\"a\" : 1 ,\n\t\"b\":2}\n", #"{"a":5}"#, "{\n\t\"a\" : 5 ,\n\t\"b\":2}\n"),
            Case("a nested scalar", "{\"x\":{ \"y\":  true }}", #"{"x":{"y":"no"}}"#, "{\"x\":{ \"y\":  \"no\" }}"),
            Case("a new last member", "{\n  \"a\": 1\n}\n", #"{"b":2}"#, "{\n  \"a\": 1,\n  \"b\": 2\n}\n"),
            Case(
                "line ends",
                "{\r\n  \"a\": 1\r\n}\r\n",
                #"{"b":[1]}"#,
                "{\r\n  \"a\": 1,\r\n  \"b\": [\r\n    1\r\n  ]\r\n}\r\n"
            ),
            Case(
                "tabs",
                "{\n\t\"a\": 1\n}",
                #"{"b":{"c":{"d":1}}}"#,
                "{\n\t\"a\": 1,\n\t\"b\": {\n\t\t\"c\": {\n\t\t\t\"d\": 1\n\t\t}\n\t}\n}"
            ),
            Case("compact text", #"{"a":1,"b":[1,2]}"#, #"{"c":{"d":[1,2]}}"#, #"{"a":1,"b":[1,2],"c":{"d":[1,2]}}"#),
            Case(
                "one-line text",
                #"{"a": 1, "b": 2}"#,
                #"{"c": {"d": [1, 2]}}"#,
                #"{"a": 1, "b": 2, "c": {"d": [1, 2]}}"#
            ),
            Case("padded braces", #"{ "a": 1 }"#, #"{"c": {"d": 1}}"#, #"{ "a": 1, "c": { "d": 1 } }"#),
            Case("first member removed", "{\n  \"a\": 1,\n  \"b\": 2\n}", #"{"a":null}"#, "{\n  \"b\": 2\n}"),
            Case("last member removed", "{\n  \"a\": 1,\n  \"b\": 2\n}", #"{"b":null}"#, "{\n  \"a\": 1\n}"),
            Case("middle member removed", "{\"a\":1, \"b\":2,\n\"c\":3}", #"{"b":null}"#, "{\"a\":1,\n\"c\":3}"),
            Case("all members removed", "{\n  \"a\": 1\n}\n", #"{"a":null}"#, "{}\n"),
            Case(
                "an empty object filled",
                "{\n  \"a\": {}\n}",
                #"{"a":{"b":1}}"#,
                "{\n  \"a\": {\n    \"b\": 1\n  }\n}"
            ),
            Case("an empty document filled", "{}\n", #"{"a":1}"#, "{\n  \"a\": 1\n}\n"),
            Case(
                "one-line arrays",
                "{\n  \"a\": [1, 2],\n  \"b\": []\n}",
                #"{"a":[1,2,3],"b":["x"]}"#,
                "{\n  \"a\": [1, 2, 3],\n  \"b\": [\"x\"]\n}"
            ),
            Case("comma first", "{ \"a\": 1\n, \"b\": 2\n}", #"{"c":3}"#, "{ \"a\": 1\n, \"b\": 2\n, \"c\": 3\n}"),
            Case(
                "blank lines are not copied",
                "{\n  \"a\": 1,\n\n  \"b\": 2\n}",
                #"{"c":3}"#,
                "{\n  \"a\": 1,\n\n  \"b\": 2,\n  \"c\": 3\n}"
            ),
            Case(
                "objects on one line each",
                "{\"l\": [\n  {\"a\": 1},\n  {\"a\": 2}\n]}",
                #"{"l":[{"a":1},{"a":2},{"a":3}]}"#,
                "{\"l\": [\n  {\"a\": 1},\n  {\"a\": 2},\n  {\"a\": 3}\n]}"
            ),
            Case("an element removed", "[\n  1,\n  2,\n  3\n]", "[1,3]", "[\n  1,\n  3\n]"),
            Case("a first element added", "[\n  1,\n  2\n]", "[0,1,2]", "[\n  0,\n  1,\n  2\n]"),
            Case(
                "an element changed inside",
                "[ {\"a\":1,\"b\":2}, 7 ]",
                #"[{"a":1,"b":3},7]"#,
                "[ {\"a\":1,\"b\":3}, 7 ]"
            ),
            Case("rows of numbers", "[\n  1, 2,\n  3, 4\n]", "[1,2,3,4,5]", "[\n  1, 2,\n  3, 4, 5\n]"),
            Case(
                "an object becomes a text",
                "{\n  \"a\": {\n    \"b\": 1\n  }\n}",
                #"{"a":"x"}"#,
                "{\n  \"a\": \"x\"\n}"
            ),
            Case("the whole value", " 1 \n", "true", " true \n"),
        ]
    )
    func edits(test: Case) throws {
        let patch = try JSONValue(parsing: Array(test.patch.utf8))
        #expect(try edit(test.text) { $0 = $0.applying(mergePatch: patch) } == test.expected)
    }

    private static let order = MemberOrder { pointer in
        pointer.isRoot ? ["id", "name", "limits", "tags"] : ["low", "high"]
    }

    @Test(
        "New members go to their place in the order, old ones stay where they are",
        arguments: [
            (#"{"id":1,"tags":[]}"#, #"{"name":"x"}"#, #"{"id":1,"name":"x","tags":[]}"#),
            (#"{"tags":[],"id":1}"#, #"{"name":"x"}"#, #"{"tags":[],"id":1,"name":"x"}"#),
            (#"{"tags":[],"x":1}"#, #"{"id":2}"#, #"{"id":2,"tags":[],"x":1}"#),
            (#"{"x":1}"#, #"{"name":2,"id":1,"y":2}"#, #"{"x":1,"id":1,"name":2,"y":2}"#),
            (#"{"id":1}"#, #"{"limits":{"high":2,"z":0,"low":1}}"#, #"{"id":1,"limits":{"low":1,"high":2,"z":0}}"#),
        ]
    )
    func order(text: String, patch: String, expected: String) throws {
        let patch = try JSONValue(parsing: Array(patch.utf8))
        #expect(try edit(text, { $0 = $0.applying(mergePatch: patch) }, order: Self.order) == expected)
    }

    @Test("A new document has two-space indentation, ordered members and a final newline")
    func formats() throws {
        let value: JSONValue = ["tags": ["a", "b"], "x": [], "id": 1, "limits": [:], "name": "\u{1}é"]
        let document = JSONDocument(formatting: value, order: Self.order)
        let expected = """
            {
              "id": 1,
              "name": "\\u0001é",
              "limits": {},
              "tags": [
                "a",
                "b"
              ],
              "x": []
            }

            """
        #expect(String(decoding: document.source, as: UTF8.self) == expected)
        #expect(try JSONDocument(parsing: document.source) == document)
    }

    @Test("Whatever the formatting and the change, the text holds the value afterwards")
    func property() throws {
        for seed in 0..<1_500 as Range<UInt64> {
            var random = RandomJSON(seed: seed)
            let value = random.value()
            let document = try JSONDocument(parsing: random.scribble(value))
            let wanted = random.edit(of: document.value)
            let edited = document.edited(to: wanted)
            #expect(edited.value == wanted)
            #expect(try JSONDocument(parsing: edited.source) == edited)
            #expect(edited.edited(to: document.value).value == document.value)
            #expect(document.edited(to: document.value).source == document.source)
        }
    }

    @Test("Changing one member of a document with one member a line changes one line")
    func oneLine() throws {
        for seed in 0..<300 as Range<UInt64> {
            var random = RandomJSON(seed: seed)
            var value = random.object()
            value = value.applying(mergePatch: ["changed": 1])
            let document = JSONDocument(formatting: value)
            let edited = document.edited(to: value.applying(mergePatch: ["changed": "now"]))
            let before = document.source.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let after = edited.source.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            #expect(before.count == after.count)
            #expect(zip(before, after).count { $0 != $1 } == 1)
        }
    }

    @Test("Changing one value, however the text is formatted, changes no byte outside that value")
    func oneValue() throws {
        for seed in 0..<1_000 as Range<UInt64> {
            var random = RandomJSON(seed: seed)
            let document = try JSONDocument(parsing: random.scribble(["x": random.value(), "target": 1, "y": [2, 3]]))
            for (pointer, marker) in [("/target", "\"$1\""), ("/y/1", "\"$2\""), ("/y/0", "true")] {
                let pointer = try #require(JSONPointer(pointer))
                let patch = try JSONPatch([.replace(pointer, JSONValue(parsing: Array(marker.utf8)))])
                let edited = try document.edited(to: document.value.applying(patch))
                let position = try #require(document.position(ofValueAt: pointer))
                #expect(edited.position(ofValueAt: pointer) == position, "seed \(seed)")
                let prefix = zip(document.source, edited.source).prefix { $0 == $1 }.count
                let suffix = zip(document.source.reversed(), edited.source.reversed()).prefix { $0 == $1 }.count
                #expect(edited.source[prefix..<edited.source.count - suffix].elementsEqual(marker.utf8), "seed \(seed)")
                #expect(document.source.count - prefix - suffix == 1, "seed \(seed)")
            }
        }
    }
}
