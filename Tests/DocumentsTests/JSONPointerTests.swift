import Documents
import Testing

@Suite("JSON Pointer")
struct JSONPointerTests {
    @Test("A pointer leads where RFC 6901, section 5, says", arguments: [("/a~1b", 1), ("/m~0n", 8), ("/", 0)])
    func leads(pointer: String, expected: Int) throws {
        let value: JSONValue = ["": 0, "a/b": 1, "m~n": 8]
        let pointer = try #require(JSONPointer(pointer))
        #expect(value[pointer]?.intValue == expected)
    }
}
