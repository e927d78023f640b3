import Documents
import Testing

@Suite("What a schema says about layout and defaults")
struct SchemaLayoutTests {
    private static let text = ##"""
        {"allOf": [{"$ref": "#/$defs/base"}],
         "properties": {
           "z": {"type": "integer", "default": 3},
           "a": {"type": "object", "properties": {"y": {"default": "why"}, "x": {"type": "string"}}},
           "list": {"items": {"properties": {"n": {"default": 0}, "m": {}}}},
           "map": {"additionalProperties": {"$ref": "#/$defs/base"}},
           "maybe": {"anyOf": [{"properties": {"p": {"default": 1}}}, {"type": "null"}]}},
         "$defs": {"base": {"properties": {"id": {"type": "string"}, "on": {"default": true}, "child": {"$ref": "#/$defs/base"}}}}}
        """##

    @Test(
        "Members come in the order of the schema",
        arguments: [
            ("", ["id", "on", "child", "z", "a", "list", "map", "maybe"]), ("/a", ["y", "x"]), ("/list/7", ["n", "m"]),
            ("/map/any", ["id", "on", "child"]), ("/child/child", ["id", "on", "child"]), ("/maybe", ["p"]),
            ("/none", []),
        ]
    )
    func order(pointer: String, expected: [String]) throws {
        #expect(try compiled(Self.text).memberOrder(at: #require(JSONPointer(pointer))) == expected)
    }

    @Test(
        "Defaults are filled in where members are absent",
        arguments: [
            ("{}", #"{"on": true, "child": {"on": true}, "z": 3, "a": {"y": "why"}}"#),
            (
                #"{"z": 4, "a": {"x": "1"}, "on": false, "child": {"on": 1}}"#,
                #"{"child": {"on": 1, "child": {"on": true}}, "z": 4, "a": {"y": "why", "x": "1"}, "on": false}"#
            ),
            (
                #"{"list": [{}, {"n": 1}]}"#,
                #"{"on": true, "child": {"on": true}, "z": 3, "a": {"y": "why"}, "list": [{"n": 0}, {"n": 1}]}"#
            ),
            (
                #"{"map": {"k": {}}, "a": null, "maybe": {}}"#,
                #"{"on": true, "child": {"on": true}, "z": 3, "map": {"k": {"on": true, "child": {"on": true}}}, "a": null, "maybe": {}}"#
            ),
        ]
    )
    func defaults(value: String, expected: String) throws {
        let filled = try compiled(Self.text).applyingDefaults(to: json(value))
        #expect(try filled == json(expected))
    }

    @Test("Filled-in members stand where the schema puts them")
    func defaultOrder() throws {
        let schema = try compiled(#"{"properties": {"a": {"default": 1}, "b": {}, "c": {"default": 3}}}"#)
        let filled = try schema.applyingDefaults(to: json(#"{"x": 0, "b": 2}"#))
        #expect(filled.objectValue?.keys == ["a", "x", "b", "c"])
    }

    @Test("Defaults of a recursive schema come to an end")
    func recursion() throws {
        let schema = try compiled(
            ##"{"properties": {"l": {"$ref": "#"}, "r": {"$ref": "#", "default": {}}, "n": {"default": 1}}}"##
        )
        let once = schema.applyingDefaults(to: [:])
        #expect(once["n"] == 1)
    }

    @Test("The default of one value can be looked up")
    func single() throws {
        let schema = try compiled(Self.text)
        #expect(try schema.defaultValue(at: #require(JSONPointer("/a/y"))) == "why")
        #expect(try schema.defaultValue(at: #require(JSONPointer("/a/x"))) == nil)
    }
}
