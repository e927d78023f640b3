import Documents
import Testing

@Suite("Field by field differences")
struct FieldDiffTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test(
        "Names each field that differs, once",
        arguments: [
            (#"{"a":1}"#, #"{"a":1.0}"#, []), (#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#, []),
            (#"{"a":1}"#, #"{"a":2}"#, ["replace /a 1 2"]),
            ("{}", #"{"a":{"b":{"c":1}}}"#, [#"add /a - {"b":{"c":1}}"#]),
            (#"{"a":{"b":1}}"#, "{}", [#"remove /a {"b":1} -"#]),
            (
                #"{"a":{"b":1,"c":2,"d":3}}"#, #"{"a":{"c":5,"d":3,"e":null}}"#,
                ["remove /a/b 1 -", "replace /a/c 2 5", "add /a/e - null"]
            ),
            (#"{"a":[1,{"b":1}]}"#, #"{"a":[1,{"b":2}]}"#, [#"replace /a [1,{"b":1}] [1,{"b":2}]"#]),
            (#"{"a":{"b":1}}"#, #"{"a":[]}"#, [#"replace /a {"b":1} []"#]), ("1", "{}", ["replace  1 {}"]),
            (#"{"a/b":null}"#, #"{"a/b":0}"#, ["replace /a~1b null 0"]),
            ("{\"\u{E9}\":1}", "{\"e\u{301}\":1}", ["remove /\u{E9} 1 -", "add /e\u{301} - 1"]),
        ] as [(String, String, [String])]
    )
    func names(old: String, new: String, expected: [String]) throws {
        let changes = try parse(old).fieldChanges(to: parse(new)).map { change in
            let (before, after) = (change.before?.description ?? "-", change.after?.description ?? "-")
            return "\(change.operation) \(change.pointer) \(before) \(after)"
        }
        #expect(changes == expected)
    }

    @Test("Applying the changes to the one value gives the other")
    func applies() throws {
        for seed in 0..<1_000 as Range<UInt64> {
            var random = RandomJSON(seed: seed)
            let old = random.value()
            let new = random.edit(of: old)
            let operations = old.fieldChanges(to: new).map { change -> JSONPatch.Operation in
                guard let after = change.after else { return .remove(change.pointer) }
                return change.before == nil ? .add(change.pointer, after) : .replace(change.pointer, after)
            }
            #expect(try old.applying(JSONPatch(operations)) == new, "seed \(seed)")
            #expect(old.fieldChanges(to: old).isEmpty, "seed \(seed)")
        }
    }
}
