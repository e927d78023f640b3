import Documents
import Testing

@Suite("JSON Merge Patch")
struct MergePatchTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test(
        "Gives the results of RFC 7396, appendix A",
        arguments: [
            (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
            (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
            (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
            (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
            (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"),
            (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
            (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#), ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
            ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
        ]
    )
    func appendixA(original: String, patch: String, result: String) throws {
        #expect(try parse(original).applying(mergePatch: parse(patch)).description == result)
    }

    @Test("A patch between two values leads from the one to the other and back")
    func roundTrip() {
        for seed in 0..<2_000 as Range<UInt64> {
            var random = RandomJSON(seed: seed)
            let old = random.value()
            let new = random.edit(of: old)
            if let patch = JSONValue.mergePatch(from: old, to: new) {
                #expect(old.applying(mergePatch: patch) == new, "seed \(seed)")
            } else {
                #expect(new.description.contains("null"), "seed \(seed)")
            }
        }
    }

    @Test("The patch between equal objects is empty, and names only what differs")
    func smallest() throws {
        let old = try parse(#"{"a":{"b":1,"c":[1]},"d":null}"#)
        #expect(JSONValue.mergePatch(from: old, to: old)?.description == "{}")
        let new = try parse(#"{"d":null,"a":{"c":[2],"e":{}}}"#)
        #expect(JSONValue.mergePatch(from: old, to: new)?.description == #"{"a":{"b":null,"c":[2],"e":{}}}"#)
    }

    @Test("There is no patch that sets a member to null", arguments: [#"{"a":null}"#, #"{"a":{"b":null}}"#])
    func inexpressible(text: String) throws {
        #expect(try JSONValue.mergePatch(from: [:], to: parse(text)) == nil)
    }
}
