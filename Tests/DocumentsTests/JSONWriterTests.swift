import Documents
import Testing

@Suite("Compact JSON")
struct JSONWriterTests {
    @Test(
        "Writes values without whitespace, in the order and spelling they have",
        arguments: [
            "null", "true", "false", "-0.0", "1.50E+3", "[]", "{}", #"{"b":[1,{"a":null}],"a":"é😀"}"#,
            #""\"\\\b\f\n\r\t\u0001\u001f/""#,
        ]
    )
    func writes(text: String) throws {
        #expect(try JSONValue(parsing: Array(text.utf8)).description == text)
    }

    @Test("Escapes quotes, backslashes and control characters only")
    func escapes() {
        #expect(JSONValue("\u{0}\u{1F}\u{7F}/\u{2028}").description == "\"\\u0000\\u001f\u{7F}/\u{2028}\"")
    }
}
