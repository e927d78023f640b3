import Documents
import Testing

@Suite("Positions in JSON documents")
struct JSONPositionTests {
    private let text =
        "{\n  \"a\": [1, \"é,]\", {\"b\\\"\": true}],\r\n  \"é\" : {\"x/y\":-1.5e3 , \"z\": {}}, \"n\":null}"

    @Test(
        "Every value and every name has its line and column",
        arguments: [
            ("", nil, (1, 1)), ("/a", (2, 3), (2, 8)), ("/a/0", nil, (2, 9)), ("/a/1", nil, (2, 12)),
            ("/a/2", nil, (2, 19)),
            ("/a/2/b\"", (2, 20), (2, 27)), ("/é", (3, 3), (3, 9)), ("/é/x~1y", (3, 10), (3, 16)),
            ("/é/z", (3, 25), (3, 30)), ("/n", (3, 35), (3, 39)),
        ] as [(String, (Int, Int)?, (Int, Int))]
    )
    func positions(pointer: String, name: (Int, Int)?, value: (Int, Int)) throws {
        let document = try JSONDocument(parsing: Array(text.utf8))
        let pointer = try #require(JSONPointer(pointer))
        #expect(document.position(ofKeyAt: pointer) == name.map { SourcePosition(line: $0.0, column: $0.1) })
        #expect(document.position(ofValueAt: pointer) == SourcePosition(line: value.0, column: value.1))
    }

    @Test(
        "What is not there has no position",
        arguments: ["/b", "/a/3", "/a/01", "/a/-", "/n/x", "/a/0/0", "/e\u{301}"]
    )
    func nowhere(pointer: String) throws {
        let document = try JSONDocument(parsing: Array(text.utf8))
        let pointer = try #require(JSONPointer(pointer))
        #expect(document.position(ofKeyAt: pointer) == nil)
        #expect(document.position(ofValueAt: pointer) == nil)
    }

    @Test("At the position of a value stands that value")
    func property() throws {
        for seed in 0..<300 as Range<UInt64> {
            var random = RandomJSON(seed: seed)
            let document = try JSONDocument(parsing: random.scribble(random.value()))
            for pointer in pointers(in: document.value) {
                let position = try #require(document.position(ofValueAt: pointer))
                let lines = document.source.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                let line = String(decoding: lines[position.line - 1], as: UTF8.self).unicodeScalars
                let value = try #require(document.value[pointer])
                let first = try #require(line.dropFirst(position.column - 1).first)
                #expect(value.description.unicodeScalars.first == first)
            }
        }
    }

    private func pointers(in value: JSONValue, at pointer: JSONPointer = .root) -> [JSONPointer] {
        switch value {
        case .null, .bool, .number, .string: [pointer]
        case .array(let items):
            [pointer] + items.enumerated().flatMap { pointers(in: $1, at: pointer.appending($0)) }
        case .object(let object): [pointer] + object.flatMap { pointers(in: $0.value, at: pointer.appending($0.key)) }
        }
    }
}
