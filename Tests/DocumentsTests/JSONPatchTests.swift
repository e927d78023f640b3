import Documents
import Testing

@Suite("JSON Patch")
struct JSONPatchTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    private func apply(_ patch: String, to text: String) throws -> String {
        try parse(text).applying(JSONPatch(parse(patch))).description
    }

    private func failure(_ patch: String, on text: String) -> JSONPatchError? {
        #expect(throws: JSONPatchError.self) { try apply(patch, to: text) }
    }

    @Test(
        "Applies operations as RFC 6902 says",
        arguments: [
            (#"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux"}]"#, #"{"foo":"bar","baz":"qux"}"#),
            (
                #"{"foo":["bar","baz"]}"#, #"[{"op":"add","path":"/foo/1","value":"qux"}]"#,
                #"{"foo":["bar","qux","baz"]}"#
            ),
            (#"{"baz":1,"foo":2}"#, #"[{"op":"remove","path":"/baz"}]"#, #"{"foo":2}"#),
            (#"{"foo":[1,2,3]}"#, #"[{"op":"remove","path":"/foo/1"}]"#, #"{"foo":[1,3]}"#),
            (#"{"baz":1,"foo":2}"#, #"[{"op":"replace","path":"/baz","value":"b"}]"#, #"{"baz":"b","foo":2}"#),
            (
                #"{"foo":{"bar":1,"waldo":2},"qux":{"corge":3}}"#,
                #"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
                #"{"foo":{"bar":1},"qux":{"corge":3,"thud":2}}"#
            ),
            (#"[0,1,2,3]"#, #"[{"op":"move","from":"/1","path":"/3"}]"#, "[0,2,3,1]"),
            (#"{"a":[1]}"#, #"[{"op":"add","path":"/a/-","value":{"b":null}}]"#, #"{"a":[1,{"b":null}]}"#),
            (#"{"a":1}"#, #"[{"op":"add","path":"","value":[]}]"#, "[]"),
            ("1", #"[{"op":"replace","path":"","value":2}]"#, "2"),
            (#"{"a":1}"#, #"[{"op":"add","path":"/a","value":null,"extra":1}]"#, #"{"a":null}"#),
            (
                #"{"a":{"b":1}}"#, #"[{"op":"copy","from":"/a","path":"/c"},{"op":"replace","path":"/c/b","value":2}]"#,
                #"{"a":{"b":1},"c":{"b":2}}"#
            ),
            (#"{"a":[]}"#, #"[{"op":"copy","from":"","path":"/a/0"}]"#, #"{"a":[{"a":[]}]}"#),
            (#"{"a":{"x":1}}"#, #"[{"op":"move","from":"/a/x","path":"/a"}]"#, #"{"a":1}"#),
            (#"{"a":{"x":1}}"#, #"[{"op":"move","from":"/a","path":""}]"#, #"{"x":1}"#),
            (#"{"a":1}"#, #"[{"op":"move","from":"/a","path":"/a"}]"#, #"{"a":1}"#),
            (#"{"a/b":{"m~n":1}}"#, #"[{"op":"replace","path":"/a~1b/m~0n","value":2}]"#, #"{"a/b":{"m~n":2}}"#),
            (#"{"a":[1,{"b":"c"}]}"#, #"[{"op":"test","path":"/a","value":[1.0,{"b":"c"}]}]"#, #"{"a":[1,{"b":"c"}]}"#),
            (#"{"1":[0]}"#, #"[{"op":"add","path":"/1/1","value":1},{"op":"remove","path":"/1/0"}]"#, #"{"1":[1]}"#),
            ("[]", "[]", "[]"),
        ]
    )
    func applies(text: String, patch: String, expected: String) throws {
        #expect(try apply(patch, to: text) == expected)
    }

    @Test(
        "Says which operation fails, why and where",
        arguments: [
            (#"[{"op":"test","path":"/a","value":2}]"#, .testFailed, 0, "/a"),
            (#"[{"op":"test","path":"/a","value":"1"}]"#, .testFailed, 0, "/a"),
            (#"[{"op":"test","path":"/z","value":null}]"#, .pathNotFound, 0, "/z"),
            (#"[{"op":"remove","path":"/l/0"},{"op":"remove","path":"/l/3"}]"#, .pathNotFound, 1, "/l/3"),
            (#"[{"op":"remove","path":"/l/-"}]"#, .pathNotFound, 0, "/l/-"),
            (#"[{"op":"remove","path":"/z"}]"#, .pathNotFound, 0, "/z"),
            (#"[{"op":"remove","path":""}]"#, .rootRemoved, 0, ""),
            (#"[{"op":"replace","path":"/z","value":1}]"#, .pathNotFound, 0, "/z"),
            (#"[{"op":"replace","path":"/l/-","value":1}]"#, .pathNotFound, 0, "/l/-"),
            (#"[{"op":"add","path":"/l/5","value":1}]"#, .pathNotFound, 0, "/l/5"),
            (#"[{"op":"add","path":"/l/01","value":1}]"#, .pathNotFound, 0, "/l/01"),
            (#"[{"op":"add","path":"/z/y","value":1}]"#, .pathNotFound, 0, "/z/y"),
            (#"[{"op":"add","path":"/a/y","value":1}]"#, .pathNotFound, 0, "/a/y"),
            (#"[{"op":"add","path":"/o/p/q/r","value":1}]"#, .pathNotFound, 0, "/o/p/q/r"),
            (#"[{"op":"move","from":"/z","path":"/y"}]"#, .pathNotFound, 0, "/z"),
            (#"[{"op":"move","from":"/z","path":"/z"}]"#, .pathNotFound, 0, "/z"),
            (#"[{"op":"copy","from":"/z","path":"/y"}]"#, .pathNotFound, 0, "/z"),
            (#"[{"op":"move","from":"/o","path":"/o/x"}]"#, .moveIntoChild, 0, "/o/x"),
            (#"[{"op":"move","from":"","path":"/o"}]"#, .moveIntoChild, 0, "/o"),
        ] as [(String, JSONPatchError.Code, Int, String)]
    )
    func fails(patch: String, code: JSONPatchError.Code, operation: Int, pointer: String) throws {
        let error = failure(patch, on: #"{"a":1,"l":[1,2,3],"o":{"p":{}}}"#)
        #expect(error?.code == code)
        #expect(error?.operation == operation)
        #expect(error?.pointer?.description == pointer)
    }

    @Test(
        "Refuses what is no patch",
        arguments: [
            ("{}", nil), ("[1]", 0), ("[{}]", 0), (#"[{"op":1,"path":""}]"#, 0),
            (#"[{"op":"Add","path":"","value":1}]"#, 0),
            (#"[{"op":"remove"}]"#, 0), (#"[{"op":"remove","path":"a"}]"#, 0), (#"[{"op":"remove","path":"/~2"}]"#, 0),
            (#"[{"op":"add","path":"/a"}]"#, 0), (#"[{"op":"test","path":"/a"}]"#, 0),
            (#"[{"op":"replace","path":"/a"}]"#, 0),
            (#"[{"op":"move","path":"/a"}]"#, 0), (#"[{"op":"copy","from":null,"path":"/a"}]"#, 0),
            (#"[{"op":"remove","path":"/a"},{"op":"swap","path":"/a"}]"#, 1),
        ] as [(String, Int?)]
    )
    func malformed(patch: String, operation: Int?) {
        let error = failure(patch, on: #"{"a":1}"#)
        #expect(error?.code == .malformed)
        #expect(error?.operation == operation)
    }

    @Test("Takes 1,000 operations, not 1,001")
    func operationLimit() throws {
        func patch(_ count: Int) -> JSONValue {
            .array((0..<count).map { ["op": "add", "path": "/-", "value": .init($0)] })
        }
        #expect(try JSONValue.array([]).applying(JSONPatch(patch(1_000))).arrayValue?.count == 1_000)
        let error = #expect(throws: JSONPatchError.self) { try JSONPatch(patch(1_001)) }
        #expect(error?.code == .tooManyOperations)
    }

    @Test("Copies that double a document are stopped")
    func copyBomb() throws {
        let patch = JSONValue.array((0..<60).map { ["op": "copy", "from": "/l", "path": .string("/l/\($0 % 2)")] })
        let error = failure(patch.description, on: #"{"l":["x","y"]}"#)
        #expect([.tooLarge, .tooDeep].contains(error?.code))
        let wide = JSONValue.array((0..<40).map { ["op": "copy", "from": "", "path": .string("/c\($0)")] })
        #expect(failure(wide.description, on: #"{"text":"0123456789"}"#)?.code == .tooLarge)
    }

    @Test("All copies together have so many bytes and no more", arguments: [0, 1])
    func copyLimit(excess: Int) throws {
        // Two texts with their quotes are as large as a document may be.
        let text = String(repeating: "x", count: JSONLimits.document.maximumBytes / 2 - 2)
        let value: JSONValue = ["a": .string(text), "b": .string(text + String(repeating: "x", count: excess))]
        let patch = try JSONPatch([
            ["op": "copy", "from": "/a", "path": "/c"], ["op": "copy", "from": "/b", "path": "/d"],
        ])
        guard excess > 0 else { return #expect(try value.applying(patch)["d"] == value["b"]) }
        let error = #expect(throws: JSONPatchError.self) { try value.applying(patch) }
        #expect(error?.code == .tooLarge)
    }

    @Test("The result is nested 64 deep, not 65")
    func depthLimit() throws {
        let deepest = String(repeating: "[", count: 63) + String(repeating: "]", count: 63)
        #expect(
            try apply(#"[{"op":"move","from":"/d","path":"/e"}]"#, to: "{\"d\":\(deepest)}") == "{\"e\":\(deepest)}"
        )
        let patch = #"[{"op":"add","path":"/o","value":{}},{"op":"move","from":"/d","path":"/o/d"}]"#
        #expect(failure(patch, on: "{\"d\":\(deepest)}")?.code == .tooDeep)
    }

    @Test("All moves together look at so many values and no more", arguments: [0, 1])
    func visitLimit(excess: Int) throws {
        // An array and its elements are measured once for each operation, a thousand times.
        let items = (0..<(9_999 + excess)).map { _ in JSONValue.null }
        let patch = try JSONPatch(
            .array(
                (0..<1_000).map { number in
                    let names = number.isMultiple(of: 2) ? ("/a", "/b") : ("/b", "/a")
                    return ["op": "move", "from": .string(names.0), "path": .string(names.1)]
                }
            )
        )
        guard excess > 0 else {
            return #expect(try JSONValue.object(["a": .array(items)]).applying(patch)["a"]?.arrayValue?.count == 9_999)
        }
        let error = #expect(throws: JSONPatchError.self) {
            try JSONValue.object(["a": .array(items)]).applying(patch)
        }
        #expect(error?.code == .tooLarge)
        #expect(error?.operation == 999)
    }
}
