import Documents
import Testing

/// A schema, values that it accepts, and values that it refuses with the code beside them.
struct SchemaCase: Sendable, CustomTestStringConvertible {
    let schema: String
    let accepted: [String]
    let refused: [(value: String, code: String)]

    init(_ schema: String, accepts accepted: [String], refuses refused: [(value: String, code: String)]) {
        self.schema = schema
        self.accepted = accepted
        self.refused = refused
    }

    var testDescription: String { schema }

    func check() throws {
        let schema = try compiled(schema)
        for text in accepted {
            let value = try json(text)
            #expect(schema.validate(value) == [], "\(text)")
            #expect(schema.accepts(value))
        }
        for (text, code) in refused {
            let value = try json(text)
            #expect(schema.validate(value).map(\.code.rawValue) == [code], "\(text)")
            #expect(!schema.accepts(value))
        }
    }
}

func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

func compiled(_ text: String) throws -> JSONSchema {
    try #require(SchemaRegistry([("test.json", json(text))]).schema(id: "test.json"))
}

@Suite("Each keyword of JSON Schema")
struct SchemaKeywordTests {
    @Test(
        "constrains values of any type as the specification says",
        arguments: [
            SchemaCase("true", accepts: ["1", "{}"], refuses: []),
            SchemaCase("false", accepts: [], refuses: [("1", "value.forbidden")]),
            SchemaCase(
                #"{"type": "integer"}"#,
                accepts: ["1", "1.0", "10e-1", "-0"],
                refuses: [("1.5", "value.type"), ("\"1\"", "value.type"), ("null", "value.type")]
            ),
            SchemaCase(
                #"{"type": ["string", "null"]}"#,
                accepts: ["\"a\"", "null"],
                refuses: [("false", "value.type"), ("[]", "value.type")]
            ),
            SchemaCase(
                #"{"enum": ["a", 1, null, {"b": [2]}]}"#,
                accepts: ["\"a\"", "1.0", "null", #"{"b": [2.0]}"#],
                refuses: [("\"b\"", "value.enum"), ("true", "value.enum")]
            ),
            SchemaCase(#"{"const": {"a": 1}}"#, accepts: [#"{"a": 1.0}"#], refuses: [("1", "value.const")]),
            SchemaCase(#"{"not": {"type": "string"}}"#, accepts: ["1"], refuses: [("\"a\"", "value.not")]),
        ]
    )
    func anyType(_ example: SchemaCase) throws { try example.check() }

    @Test(
        "compares numbers exactly",
        arguments: [
            SchemaCase(
                #"{"minimum": 0.1}"#,
                accepts: ["0.1", "1e300"],
                refuses: [("0.0999999999999999999999", "number.minimum")]
            ),
            SchemaCase(
                #"{"maximum": 3}"#,
                accepts: ["3.0", "\"x\""],
                refuses: [("3.00000000000000000000001", "number.maximum")]
            ),
            SchemaCase(
                #"{"exclusiveMinimum": 0}"#,
                accepts: ["1e-300"],
                refuses: [("0", "number.exclusive_minimum"), ("-0.0", "number.exclusive_minimum")]
            ),
            SchemaCase(
                #"{"exclusiveMaximum": 1}"#,
                accepts: ["0.99999999999999999999"],
                refuses: [("1.0", "number.exclusive_maximum")]
            ),
            SchemaCase(
                #"{"multipleOf": 0.01}"#,
                accepts: ["0", "19.99", "4.35", "1e300", "-0.07"],
                refuses: [("0.075", "number.multiple_of"), ("1e-3", "number.multiple_of")]
            ),
            SchemaCase(
                #"{"multipleOf": 7}"#,
                accepts: ["14", "7e300", "123456789012345678901234567890"],
                refuses: [
                    ("123456789012345678901234567891", "number.multiple_of"), ("1e300", "number.multiple_of"),
                ]
            ),
        ]
    )
    func numbers(_ example: SchemaCase) throws { try example.check() }

    @Test(
        "counts characters of strings as Unicode scalars",
        arguments: [
            SchemaCase(
                #"{"minLength": 2}"#,
                accepts: ["\"ab\"", "\"é👍\""],
                refuses: [("\"👍\"", "string.min_length"), ("\"\"", "string.min_length")]
            ),
            SchemaCase(
                #"{"maxLength": 2}"#,
                accepts: ["\"👍👍\""],
                refuses: [("\"abc\"", "string.max_length"), ("\"e\\u0301x\"", "string.max_length")]
            ),
            SchemaCase(#"{"pattern": "b+"}"#, accepts: ["\"abbc\"", "7"], refuses: [("\"ac\"", "string.pattern")]),
            SchemaCase(#"{"pattern": "^[a-z]+$"}"#, accepts: ["\"abc\""], refuses: [("\"abc\\n\"", "string.pattern")]),
        ]
    )
    func strings(_ example: SchemaCase) throws { try example.check() }

    @Test(
        "constrains arrays",
        arguments: [
            SchemaCase(
                #"{"items": {"type": "string"}}"#,
                accepts: ["[]", "[\"a\"]", "{}"],
                refuses: [("[\"a\", 1]", "value.type")]
            ),
            SchemaCase(
                #"{"prefixItems": [{"type": "string"}], "items": false}"#,
                accepts: ["[]", "[\"a\"]"],
                refuses: [("[1]", "value.type"), ("[\"a\", 1]", "array.unknown_item")]
            ),
            SchemaCase(#"{"minItems": 1}"#, accepts: ["[1]"], refuses: [("[]", "array.min_items")]),
            SchemaCase(#"{"maxItems": 1}"#, accepts: ["[1]"], refuses: [("[1, 2]", "array.max_items")]),
            SchemaCase(
                #"{"uniqueItems": true}"#,
                accepts: ["[1, \"1\", true, [1]]", "[\"\u{e9}\", \"e\u{301}\"]"],
                refuses: [
                    ("[1, 1.0]", "array.unique_items"),
                    (#"[{"a": 1, "b": 2}, {"b": 2, "a": 1}]"#, "array.unique_items"),
                ]
            ),
            SchemaCase(
                #"{"contains": {"const": 1}}"#,
                accepts: ["[2, 1]"],
                refuses: [("[]", "array.contains"), ("[2]", "array.contains")]
            ),
            SchemaCase(
                #"{"contains": {"const": 1}, "minContains": 2, "maxContains": 3}"#,
                accepts: ["[1, 1]", "[1, 1, 1]"],
                refuses: [("[1]", "array.contains"), ("[1, 1, 1, 1]", "array.max_contains")]
            ),
            SchemaCase(#"{"contains": {"const": 1}, "minContains": 0}"#, accepts: ["[]"], refuses: []),
            SchemaCase(
                #"{"prefixItems": [true], "contains": {"const": 1}, "unevaluatedItems": {"type": "null"}}"#,
                accepts: ["[\"x\", 1, null]"],
                refuses: [("[\"x\", 1, 2]", "value.type")]
            ),
            SchemaCase(
                #"{"allOf": [{"prefixItems": [true]}], "unevaluatedItems": false}"#,
                accepts: ["[1]"],
                refuses: [("[1, 2]", "array.unknown_item")]
            ),
        ]
    )
    func arrays(_ example: SchemaCase) throws { try example.check() }

    @Test(
        "constrains objects",
        arguments: [
            SchemaCase(
                #"{"properties": {"a": {"type": "null"}}}"#,
                accepts: ["{}", #"{"b": 1}"#, "1"],
                refuses: [(#"{"a": 1}"#, "value.type")]
            ),
            SchemaCase(#"{"required": ["a"]}"#, accepts: [#"{"a": null}"#], refuses: [("{}", "object.required")]),
            SchemaCase(
                #"{"properties": {"a": true}, "patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": false}"#,
                accepts: [#"{"a": 1, "x-b": 2}"#],
                refuses: [(#"{"b": 1}"#, "object.unknown_field"), (#"{"x-b": "c"}"#, "value.type")]
            ),
            SchemaCase(
                #"{"additionalProperties": {"type": "string"}}"#,
                accepts: [#"{"a": "b"}"#],
                refuses: [(#"{"a": 1}"#, "value.type")]
            ),
            SchemaCase(
                #"{"propertyNames": {"maxLength": 2}}"#,
                accepts: [#"{"ab": 1}"#],
                refuses: [(#"{"abc": 1}"#, "string.max_length")]
            ),
            SchemaCase(#"{"minProperties": 1}"#, accepts: [#"{"a": 1}"#], refuses: [("{}", "object.min_properties")]),
            SchemaCase(
                #"{"maxProperties": 1}"#,
                accepts: ["{}"],
                refuses: [(#"{"a": 1, "b": 2}"#, "object.max_properties")]
            ),
            SchemaCase(
                #"{"dependentRequired": {"a": ["b"]}}"#,
                accepts: ["{}", #"{"a": 1, "b": 2}"#],
                refuses: [(#"{"a": 1}"#, "object.dependent_required")]
            ),
            SchemaCase(
                #"{"dependentSchemas": {"a": {"maxProperties": 1}}}"#,
                accepts: [#"{"b": 1, "c": 1}"#],
                refuses: [(#"{"a": 1, "b": 2}"#, "object.max_properties")]
            ),
        ]
    )
    func objects(_ example: SchemaCase) throws { try example.check() }

    @Test(
        "combines schemas",
        arguments: [
            SchemaCase(
                #"{"allOf": [{"minimum": 1}, {"maximum": 2}]}"#,
                accepts: ["1"],
                refuses: [("0", "number.minimum"), ("3", "number.maximum")]
            ),
            SchemaCase(
                #"{"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 1}]}"#,
                accepts: ["\"a\"", "1"],
                refuses: [("0", "number.minimum"), ("true", "value.type")]
            ),
            SchemaCase(
                #"{"anyOf": [{"minimum": 5}, {"multipleOf": 2}]}"#,
                accepts: ["7", "2"],
                refuses: [("1", "value.any_of")]
            ),
            SchemaCase(
                #"{"oneOf": [{"multipleOf": 3}, {"multipleOf": 5}]}"#,
                accepts: ["3", "5"],
                refuses: [("15", "value.one_of"), ("7", "value.one_of")]
            ),
            SchemaCase(
                #"{"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}}"#,
                accepts: [#"{"a": 1, "b": 1}"#, #"{"c": 1}"#],
                refuses: [(#"{"a": 1, "c": 1}"#, "object.required"), (#"{"b": 1}"#, "object.required")]
            ),
            SchemaCase(
                ##"{"properties": {"next": {"$ref": "#"}}, "additionalProperties": false}"##,
                accepts: [#"{"next": {"next": {}}}"#],
                refuses: [(#"{"next": {"next": {"last": {}}}}"#, "object.unknown_field")]
            ),
        ]
    )
    func combinations(_ example: SchemaCase) throws { try example.check() }

    @Test(
        "sees with unevaluatedProperties what every applicator looked at",
        arguments: [
            ##"{"$ref": "#/$defs/a", "$defs": {"a": {"properties": {"a": true}}}, "unevaluatedProperties": false}"##,
            #"{"allOf": [{"properties": {"a": true}}], "unevaluatedProperties": false}"#,
            #"{"anyOf": [{"properties": {"b": true}, "required": ["b"]}, {"properties": {"a": true}}], "unevaluatedProperties": false}"#,
            #"{"oneOf": [{"required": ["b"]}, {"patternProperties": {"^a$": true}}], "unevaluatedProperties": false}"#,
            #"{"if": {"properties": {"a": {"const": 1}}}, "else": {"properties": {"x": true}}, "unevaluatedProperties": false}"#,
            #"{"if": {"required": ["b"]}, "else": {"properties": {"a": true}}, "unevaluatedProperties": false}"#,
            #"{"dependentSchemas": {"a": {"properties": {"a": true}}}, "unevaluatedProperties": false}"#,
            #"{"allOf": [{"allOf": [{"properties": {"a": true}}]}], "unevaluatedProperties": false}"#,
        ]
    )
    func unevaluated(_ schema: String) throws {
        try SchemaCase(schema, accepts: [#"{"a": 1}"#], refuses: [(#"{"a": 1, "x": 2}"#, "object.unknown_field")])
            .check()
    }

    @Test("does not let a failed branch, `not` or a cousin count as having looked at a member")
    func unevaluatedCousins() throws {
        try SchemaCase(
            #"{"not": {"not": {"properties": {"a": true}}}, "unevaluatedProperties": false}"#,
            accepts: ["{}"],
            refuses: [(#"{"a": 1}"#, "object.unknown_field")]
        ).check()
        try SchemaCase(
            #"{"allOf": [{"properties": {"a": true}}, {"unevaluatedProperties": false}]}"#,
            accepts: ["{}"],
            refuses: [(#"{"a": 1}"#, "object.unknown_field")]
        ).check()
        try SchemaCase(
            #"{"anyOf": [{"properties": {"a": {"const": 2}}}, {"maxProperties": 1}], "unevaluatedProperties": false}"#,
            accepts: ["{}", #"{"a": 2}"#],
            refuses: [(#"{"a": 1}"#, "object.unknown_field")]
        ).check()
    }
}
