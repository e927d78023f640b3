import Documents
import Testing

@Suite("Violations of a schema")
struct SchemaViolationTests {
    private func violations(_ schema: String, _ value: String) throws -> [SchemaViolation] {
        try compiled(schema).validate(json(value))
    }

    @Test("are all reported, in the order of the document, each with its place")
    func all() throws {
        let found = try violations(
            #"{"properties": {"a": {"type": "string"}, "b": {"items": {"minimum": 3}}}, "required": ["c"], "additionalProperties": false}"#,
            #"{"a": 1, "d": 2, "b": [1, 3, 2]}"#
        )
        #expect(found.map(\.pointer.description) == ["", "/a", "/d", "/b/0", "/b/2"])
        #expect(found.map(\.target) == [.value, .value, .key, .value, .value])
    }

    @Test("of names and unknown fields point at the key")
    func keys() throws {
        let found = try violations(#"{"propertyNames": {"pattern": "^[a-z]+$"}}"#, #"{"A": 1}"#)
        #expect(found.map(\.target) == [.key])
        #expect(found.map(\.pointer.description) == ["/A"])
    }

    @Test("stop at 100")
    func limit() throws {
        let schema = try compiled(#"{"items": {"type": "null"}}"#)
        #expect(schema.validate(.array(Array(repeating: 1, count: 100))).count == 100)
        #expect(schema.validate(.array(Array(repeating: 1, count: 101))).count == SchemaViolation.maximumCount)
    }

    @Test("stop at the deepest value that is looked into")
    func depth() throws {
        let schema = try compiled(##"{"items": {"$ref": "#"}}"##)
        func nested(_ levels: Int) -> JSONValue { (0..<levels).reduce(1 as JSONValue) { inner, _ in [inner] } }
        #expect(schema.validate(nested(JSONSchema.maximumDepth)).isEmpty)
        #expect(schema.validate(nested(JSONSchema.maximumDepth + 1)).map(\.code) == [.valueTooDeep])
    }

    @Test("suggest the name that was meant")
    func suggestions() throws {
        let field = try violations(
            #"{"properties": {"display_name": true, "description": true}, "additionalProperties": false}"#,
            #"{"dispaly_name": "x"}"#
        )
        #expect(field.first?.message.contains("did you mean “display_name”?") == true)
        let value = try violations(#"{"enum": ["markdown", "plain"]}"#, "\"markdwon\"")
        #expect(value.first?.message.contains("did you mean “markdown”?") == true)
        let other = try violations(
            #"{"allOf": [{"properties": {"colour": true}}], "unevaluatedProperties": false}"#,
            #"{"color": 1}"#
        )
        #expect(other.first?.message.contains("did you mean “colour”?") == true)
    }

    @Test(
        "show no text, which may be a credential in the wrong place, but the field and what is expected",
        arguments: [
            (#"{"pattern": "^[A-Z_]+$"}"#, "^[A-Z_]+$"), (#"{"format": "uuid"}"#, "UUID"),
            (#"{"enum": ["markdown", "plain"]}"#, "“markdown”, “plain”"), (#"{"const": "plain"}"#, "“plain”"),
            (#"{"type": "integer"}"#, "whole number"), (#"{"not": {"type": "string"}}"#, ""),
            (#"{"anyOf": [{"type": "integer"}, {"pattern": "^y"}]}"#, "^y"), (#"{"maxLength": 3}"#, "3"),
            (#"{"oneOf": [{"enum": ["markdown"]}, {"type": "null"}]}"#, ""), (#"{"minLength": 100}"#, "100"),
        ]
    )
    func noText(schema: String, expected: String) throws {
        let within = #"{"properties": {"a": \#(schema), "list": {"items": \#(schema), "uniqueItems": true}}}"#
        let found = try violations(within, #"{"a": "hunter2", "list": ["hunter2", "hunter2"]}"#)
        #expect(Set(found.map(\.pointer.description)) == ["/a", "/list/0", "/list/1"])
        for violation in found {
            #expect(!violation.message.contains("hunter2"), "\(violation)")
            guard violation.code != .arrayUniqueItems else { continue }
            #expect(violation.message.uppercased().contains(expected.uppercased()), "\(violation)")
            guard violation.code == .stringPattern || violation.code == .stringFormat else { continue }
            let field = violation.pointer.description == "/a" ? "“a”" : "“list”"
            #expect(violation.message.contains("\(field) (7 characters)"), "\(violation)")
        }
    }

    @Test("say when only white space is in the way of a pattern")
    func whiteSpace() throws {
        func message(_ value: String) throws -> String? {
            try violations(#"{"pattern": "^[a-z]+$"}"#, value).first?.message
        }
        #expect(try message(#""abc\n""#)?.contains("white space") == true)
        #expect(try message(#"" abc ""#)?.contains("white space") == true)
        #expect(try message(#"" ABC ""#)?.contains("white space") == false)
        #expect(try message(#""a c""#)?.contains("white space") == false)
    }

    @Test("quote little of a name and nothing of a write-only value")
    func quoting() throws {
        let long = String(repeating: "x", count: 256)
        let message = try #require(violations(#"{"additionalProperties": false}"#, "{\"\(long)\": 1}").first?.message)
        #expect(message.count { $0 == "x" } <= 80, "\(message)")
        let secret = try violations(
            ##"{"properties": {"key": {"$ref": "#/$defs/key", "writeOnly": true}}, "$defs": {"key": {"pattern": "^sk-", "enum": ["sk-1"], "maxLength": 3}}}"##,
            #"{"key": "hunter2"}"#
        )
        #expect(secret.count == 2)
        #expect(secret.allSatisfy { !$0.message.contains("hunter2") })
    }

    @Test(
        "within a write-only value show no key that the schema does not name, and keep its place",
        arguments: [
            (##"{"additionalProperties": false}"##, ##"{"hunter2": 1}"##, "", "/hunter2"),
            (##"{"additionalProperties": {"type": "string"}}"##, ##"{"hunter2": 1}"##, "", "/hunter2"),
            (##"{"propertyNames": {"pattern": "^[A-Z]+$"}}"##, ##"{"hunter2": 1}"##, "", "/hunter2"),
            (##"{"patternProperties": {"^h": {"type": "null"}}}"##, ##"{"hunter2": 1}"##, "", "/hunter2"),
            (##"{"unevaluatedProperties": false}"##, ##"{"hunter2": 1}"##, "", "/hunter2"),
            (
                ##"{"properties": {"a": {"items": {"additionalProperties": {"type": "null"}}}}}"##,
                ##"{"a": [{"hunter2": "hunter2"}]}"##, "/a/0", "/a/0/hunter2"
            ),
        ]
    )
    func secretKeys(schema: String, value: String, shown: String, place: String) throws {
        let secret = schema.replacing("{", with: ##"{"writeOnly": true, "##, maxReplacements: 1)
        let found = try #require(violations(secret, value).first)
        #expect(found.pointer.description == shown)
        #expect(found.place.description == place)
        #expect(!found.message.contains("hunter2"))
        #expect(try violations(schema, value).first?.pointer.description == place)
    }

    @Test(
        "of alternatives are those of the branch that was meant",
        arguments: [
            (#"{"kind": "a", "x": "1"}"#, ["/x"], ["value.type"]),
            (#"{"kind": "b", "y": 0}"#, ["/y"], ["number.minimum"]),
            (#"{"kind": "c"}"#, ["/kind"], ["value.enum"]),
            (#"{"kind": "b"}"#, [""], ["object.required"]),
            ("[]", [""], ["value.type"]),
        ]
    )
    func branches(value: String, pointers: [String], codes: [String]) throws {
        let schema = ##"""
            {"oneOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}], "$defs": {
              "a": {"type": "object", "properties": {"kind": {"const": "a"}, "x": {"type": "integer"}}, "required": ["kind"]},
              "b": {"type": "object", "properties": {"kind": {"const": "b"}, "y": {"minimum": 1}}, "required": ["kind", "y"]}}}
            """##
        let found = try violations(schema, value)
        #expect(found.map(\.pointer.description) == pointers)
        #expect(found.map(\.code.rawValue) == codes)
    }

    @Test("of an unevaluated member are not reported for one that is known but wrong")
    func noDoubleReport() throws {
        let found = try violations(
            #"{"allOf": [{"properties": {"a": {"type": "string"}}}], "unevaluatedProperties": false}"#,
            #"{"a": 1}"#
        )
        #expect(found.map(\.code) == [.valueType])
    }
}

@Suite("Suggestions")
struct SuggestionTests {
    private let names = ["display_name", "description", "id", "model_policy", "labels"]

    @Test(
        "find the nearest name",
        arguments: [
            ("dispaly_name", "display_name"), ("displayName", "display_name"), ("label", "labels"), ("Id", "id"),
            ("modelpolicy", "model_policy"), ("descrption", "description"),
        ]
    )
    func nearest(text: String, expected: String) { #expect(Suggestion.closest(to: text, among: names) == expected) }

    @Test(
        "are not made when nothing is near",
        arguments: ["", "zzz", "permissions", "display_name_of_something_else", "x"]
    )
    func none(text: String) { #expect(Suggestion.closest(to: text, among: names) == nil) }

    @Test("are not made for names beyond the limit")
    func limit() {
        let longest = String(repeating: "a", count: Suggestion.maximumLength)
        #expect(Suggestion.closest(to: longest, among: [String(longest.dropLast())]) != nil)
        #expect(Suggestion.closest(to: longest + "a", among: [longest]) == nil)
    }

    @Test("look at so many candidates and no more")
    func candidates() {
        let others = Array(repeating: "something_else", count: Suggestion.maximumCandidates - 1)
        #expect(Suggestion.closest(to: "label", among: others + ["labels"]) == "labels")
        #expect(Suggestion.closest(to: "label", among: others + ["something_else", "labels"]) == nil)
    }
}
