import Documents
import Testing

@Suite("JSON Pointer")
struct JSONPointerTests {
    private static let document: JSONValue = [
        "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8,
        "~1": 9, "\u{E9}": 10,
    ]

    @Test(
        "A pointer leads where RFC 6901, section 5, says",
        arguments: [
            ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3), ("/g|h", 4), ("/i\\j", 5), ("/k\"l", 6), ("/ ", 7),
            ("/m~0n", 8), ("/~01", 9), ("/\u{E9}", 10),
        ]
    )
    func leads(text: String, expected: Int) throws {
        let pointer = try #require(JSONPointer(text))
        #expect(Self.document[pointer]?.intValue == expected)
        #expect(pointer.description == text)
    }

    @Test("Array elements are counted from 0")
    func elements() throws {
        #expect(Self.document[try #require(JSONPointer("/foo/1"))] == "baz")
        #expect(Self.document[.root] == Self.document)
    }

    @Test(
        "A pointer to nothing leads nowhere",
        arguments: [
            "/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/+1", "/foo/-1", "/foo/1e0", "/foo/", "/bar", "/foo/0/x",
            "//",
            "/e\u{301}", "/foo/99999999999999999999",
        ]
    )
    func nowhere(text: String) throws {
        #expect(Self.document[try #require(JSONPointer(text))] == nil)
    }

    @Test("Refuses what is no pointer", arguments: ["a", "a/b", "#/a", "/~", "/~2", "/a~", "/a/~x"])
    func refuses(text: String) { #expect(JSONPointer(text) == nil) }

    @Test("A pointer has at most 128 tokens")
    func depth() {
        #expect(JSONPointer(String(repeating: "/a", count: 128))?.tokens.count == 128)
        #expect(JSONPointer(String(repeating: "/a", count: 129)) == nil)
    }

    @Test("Pointers are compared by bytes and know what lies inside them")
    func relations() {
        let pointer = JSONPointer(tokens: ["a", "\u{E9}"])
        #expect(pointer != JSONPointer(tokens: ["a", "e\u{301}"]))
        #expect(pointer.parent == JSONPointer(tokens: ["a"]))
        #expect(pointer.parent.contains(pointer) && pointer.contains(pointer) && !pointer.contains(pointer.parent))
        #expect(!JSONPointer(tokens: ["a"]).contains(JSONPointer(tokens: ["ab"])))
        #expect(JSONPointer.root.parent.isRoot)
        #expect(pointer.appending(3).description == "/a/\u{E9}/3")
    }
}
