import Documents
import Testing

@Suite("A schema registry")
struct SchemaRegistryTests {
    @Test(
        "refuses to start with a faulty schema and names the place",
        arguments: [
            (#"{"properties": {"a": {"minimun": 1}}}"#, "schema.unknown_keyword", "/properties/a/minimun"),
            (#"{"example": 1}"#, "schema.unknown_keyword", "/example"),
            (#"{"nullable": true}"#, "schema.unknown_keyword", "/nullable"),
            (#"{"type": "text"}"#, "schema.invalid_keyword", "/type"),
            (#"{"type": []}"#, "schema.invalid_keyword", "/type"),
            (#"{"minimum": "1"}"#, "schema.invalid_keyword", "/minimum"),
            (#"{"multipleOf": 0}"#, "schema.invalid_keyword", "/multipleOf"),
            (#"{"minLength": -1}"#, "schema.invalid_keyword", "/minLength"),
            (#"{"required": ["a", "a"]}"#, "schema.invalid_keyword", "/required"),
            (#"{"enum": []}"#, "schema.invalid_keyword", "/enum"),
            (#"{"enum": [1, 1.0]}"#, "schema.invalid_keyword", "/enum"),
            (#"{"allOf": []}"#, "schema.invalid_keyword", "/allOf"),
            (#"{"items": [true]}"#, "schema.invalid_keyword", "/items"),
            (#"{"$schema": "http://json-schema.org/draft-07/schema#"}"#, "schema.invalid_keyword", "/$schema"),
            (#"{"$id": "https://a/#b"}"#, "schema.invalid_keyword", "/$id"),
            (#"{"pattern": "("}"#, "schema.invalid_pattern", "/pattern"),
            (#"{"patternProperties": {"[": true}}"#, "schema.invalid_pattern", "/patternProperties/["),
            (#"{"format": "ipv4"}"#, "schema.unknown_format", "/format"),
            (##"{"$ref": "#/$defs/a"}"##, "schema.unresolved_reference", "/$ref"),
            (#"{"$ref": "other.json"}"#, "schema.unresolved_reference", "/$ref"),
            (##"{"$ref": "#a"}"##, "schema.unresolved_reference", "/$ref"),
            (##"{"$ref": "#"}"##, "schema.endless_reference", ""),
            (
                ##"{"anyOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"not": {"$ref": "#"}}}}"##,
                "schema.endless_reference", ""
            ),
            (##"{"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}}"##, "schema.duplicate_id", "/$defs/b"),
        ]
    )
    func faults(schema: String, code: String, pointer: String) throws {
        let value = try json(schema)
        let error = #expect(throws: SchemaError.self) { try SchemaRegistry([("bad.json", value)]) }
        #expect(error?.faults.map(\.code.rawValue) == [code])
        #expect(error?.faults.first?.pointer.description == pointer)
        #expect(error?.faults.first?.schema == "bad.json")
    }

    @Test("reports every fault of every document")
    func allFaults() throws {
        let documents = try [("a.json", json(#"{"a": 1, "b": 2}"#)), ("b.json", json(#"{"type": 1}"#))]
        let error = #expect(throws: SchemaError.self) { try SchemaRegistry(documents) }
        #expect(error?.faults.map(\.schema) == ["a.json", "a.json", "b.json"])
    }

    @Test("ignores x- keywords and annotations")
    func annotations() throws {
        let text = #"{"$comment": "c", "title": "t", "x-any": 1, "deprecated": true, "examples": [1], "default": 2}"#
        let schema = try compiled(text)
        #expect(schema.accepts(nil))
        #expect(schema.title == "t")
        #expect(schema.isDeprecated)
        #expect(schema.defaultValue == 2)
    }

    @Test("takes a schema that is 64 levels deep and none that is deeper")
    func depth() throws {
        func nested(_ levels: Int) -> JSONValue {
            (0..<levels).reduce(["type": "null"] as JSONValue) { inner, _ in ["items": inner] }
        }
        _ = try SchemaRegistry([("a.json", nested(64))])
        let error = #expect(throws: SchemaError.self) { try SchemaRegistry([("a.json", nested(65))]) }
        #expect(error?.faults.map(\.code) == [.tooDeep])
    }

    @Test("resolves references by $id, file name, anchor and embedded resource")
    func references() throws {
        let registry = try SchemaRegistry([
            ("one.json", json(##"{"$id": "https://example.org/s/one.json", "$ref": "two.json#/$defs/a%20b"}"##)),
            (
                "two.json",
                json(
                    ##"{"$id": "https://example.org/s/two.json", "$defs": {"a b": {"$ref": "#word"}, "w": {"$anchor": "word", "type": "string"}}}"##
                )
            ),
            (
                "three.json",
                json(
                    ##"{"$ref": "inner/four.json#/$defs/n", "$defs": {"x": {"$id": "inner/four.json", "$defs": {"n": {"type": "null"}}}}}"##
                )
            ),
        ])
        let one = try #require(registry.schema(id: "https://example.org/s/one.json"))
        #expect(one.accepts("a") && !one.accepts(1))
        #expect(registry.schema(id: "one.json") != nil)
        let three = try #require(registry.schema(id: "three.json"))
        #expect(three.accepts(nil) && !three.accepts(1))
        let word = try #require(registry.schema("two.json", at: JSONPointer(tokens: ["$defs", "w"])))
        #expect(word.accepts("a") && !word.accepts(1))
        #expect(registry.schema(id: "four.json") == nil)
    }

    @Test("compiles what stands in another kind of document, and only what is asked for")
    func resources() throws {
        let contract = try json(
            ##"{"openapi": "3.1.0", "paths": {"/a": {"schema": {"$ref": "#/components/schemas/List"}}}, "components": {"schemas": {"List": {"type": "array", "items": {"$ref": "#/components/schemas/Agent"}}, "Agent": {"$ref": "/schemas/agent.json"}, "Broken": {"example": 1}}}}"##
        )
        let agent = try json(#"{"$id": "https://example.org/schemas/agent.json", "required": ["id"]}"#)
        var registry = try SchemaRegistry(
            [("agent.json", agent)],
            resources: [("https://example.org/openapi.json", contract)]
        )
        let place = JSONPointer(tokens: ["paths", "/a", "schema"])
        let list = try registry.compile(at: place, in: "https://example.org/openapi.json")
        #expect(list.validate([[:]]).map(\.code) == [.objectRequired])
        let inline = try registry.compile(
            ["type": "object", "properties": ["agents": ["$ref": "#/components/schemas/List"]]],
            baseID: "https://example.org/openapi.json"
        )
        #expect(inline.validate(["agents": [[:]]]).map(\.pointer.description) == ["/agents/0"])
        let broken = JSONPointer(tokens: ["components", "schemas", "Broken"])
        let error = #expect(throws: SchemaError.self) {
            var copy = registry
            _ = try copy.compile(at: broken, in: "https://example.org/openapi.json")
        }
        #expect(error?.faults.map(\.pointer.description) == ["/components/schemas/Broken/example"])
    }
}
