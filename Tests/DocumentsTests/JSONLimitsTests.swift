import Documents
import Testing

@Suite("Limits of JSON documents")
struct JSONLimitsTests {
    private static let small = JSONLimits(maximumBytes: 100, maximumDepth: 3, maximumNodes: 10)

    private func code(_ text: String, limits: JSONLimits = .document) -> JSONSyntaxError.Code? {
        do throws(JSONSyntaxError) {
            _ = try JSONDocument(parsing: Array(text.utf8), limits: limits)
            return nil
        } catch { return error.code }
    }

    @Test("A document has at most as many bytes as allowed")
    func bytes() {
        #expect(code("\"" + String(repeating: "a", count: 98) + "\"", limits: Self.small) == nil)
        #expect(code("\"" + String(repeating: "a", count: 99) + "\"", limits: Self.small) == .tooLarge)
        #expect(code("1" + String(repeating: " ", count: (1 << 20) - 1)) == nil)
        #expect(code("1" + String(repeating: " ", count: 1 << 20)) == .tooLarge)
    }

    @Test("Containers nest 64 deep, not 65", arguments: [("[", "]"), ("{\"a\":", "}")])
    func depth(open: String, close: String) {
        func nested(_ depth: Int) -> String {
            String(repeating: open, count: depth) + (open == "[" ? "" : "1") + String(repeating: close, count: depth)
        }
        #expect(code(nested(64)) == nil)
        #expect(code(nested(65)) == .tooDeep)
        #expect(code(nested(3), limits: Self.small) == nil)
        #expect(code(nested(4), limits: Self.small) == .tooDeep)
    }

    @Test("Depth counts open containers, not all containers")
    func siblings() {
        #expect(code("[[],[],{},{\"a\":[]},[[]]]", limits: Self.small) == nil)
    }

    @Test("A million opening brackets are refused, not followed")
    func bracketBomb() {
        #expect(code(String(repeating: "[", count: 1_000_000)) == .tooDeep)
        #expect(code(String(repeating: "{\"\":", count: 200_000)) == .tooDeep)
    }

    @Test("Values are counted, containers included")
    func nodes() {
        #expect(code("[1,2,3,4,5,6,7,8,9]", limits: Self.small) == nil)
        #expect(code("[1,2,3,4,5,6,7,8,9,0]", limits: Self.small) == .tooManyValues)
        let many = "[" + String(repeating: "0,", count: 199_998) + "0]"
        #expect(code(many) == nil)
        #expect(code("[" + many + "]") == .tooManyValues)
    }

    @Test("A member name has at most 256 bytes, after unescaping")
    func keys() {
        let longest = String(repeating: "é", count: 128)
        #expect(code("{\"\(longest)\":1}") == nil)
        #expect(code("{\"\(longest)a\":1}") == .keyTooLong)
        #expect(code("{\"" + String(repeating: "\\u0061", count: 256) + "\":1}") == nil)
        #expect(code("{\"" + String(repeating: "\\u0061", count: 257) + "\":1}") == .keyTooLong)
    }

    @Test("A number has at most 64 characters")
    func numbers() {
        let longest = "-0." + String(repeating: "1", count: 61)
        #expect(code(longest) == nil)
        #expect(code(longest + "1") == .numberTooLong)
        #expect(JSONNumber(longest) != nil)
        #expect(JSONNumber(longest + "1") == nil)
    }
}
