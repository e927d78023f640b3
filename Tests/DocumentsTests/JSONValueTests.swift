import Documents
import Testing

@Suite("JSON values")
struct JSONValueTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    @Test(
        "Numbers are equal by value, exactly, and then hash alike",
        arguments: [
            ("1", "1.0", true), ("1", "10e-1", true), ("-0", "0", true), ("0.0", "0e5", true), ("1e2", "100", true),
            ("-1.50", "-15E-1", true), ("9007199254740993", "9007199254740992", false), ("1", "-1", false),
            ("0.1", "0.10000000000000000555", false), ("1e300", "1e301", false), ("1", "\"1\"", false),
            ("0", "false", false),
            ("null", "0", false), ("[]", "{}", false), ("[1,2]", "[2,1]", false), ("[1.0]", "[1]", true),
            (#"{"a":1,"b":2}"#, #"{"b":2.0,"a":1}"#, true), (#"{"a":1}"#, #"{"a":1,"b":null}"#, false),
            (#"{"a":null}"#, "{}", false), ("\"\u{E9}\"", "\"e\u{301}\"", false),
            ("{\"\u{E9}\":1}", "{\"e\u{301}\":1}", false),
        ]
    )
    func equality(left: String, right: String, expected: Bool) throws {
        let (left, right) = (try parse(left), try parse(right))
        #expect((left == right) == expected)
        #expect((right == left) == expected)
        #expect(!expected || left.hashValue == right.hashValue)
    }

    @Test(
        "A number is whole when its value is",
        arguments: [
            ("4", 4), ("4.0", 4), ("0.4e1", 4), ("-40e-1", -4), ("4.5", nil), ("1e-1", nil), ("0.0", 0), ("-0", 0),
            ("9223372036854775807", 9_223_372_036_854_775_807), ("9223372036854775808", nil), ("1e30", nil),
            ("-9223372036854775808", Int.min), ("900e16", 9_000_000_000_000_000_000), ("0e99", 0),
        ] as [(String, Int?)]
    )
    func whole(text: String, expected: Int?) throws {
        let number = try #require(JSONNumber(text))
        #expect(number.intValue == expected)
        #expect(number.isInteger == (expected != nil || text == "1e30" || text == "9223372036854775808"))
    }

    @Test(
        "Numbers are ordered by value",
        arguments: [["-1e3", "-2", "-1.5", "-0.1", "0", "0.09", "1e-1", "2", "10", "1.1e1"]]
    )
    func ordered(texts: [String]) throws {
        let numbers = try texts.map { try #require(JSONNumber($0)) }
        for (index, number) in numbers.enumerated() {
            for (other, larger) in numbers.enumerated() { #expect((number < larger) == (index < other)) }
        }
    }

    @Test(
        "What is no JSON number makes none",
        arguments: ["", "+1", "01", "1.", ".5", "1e", "NaN", "0x1", " 1", "1 ", "١"]
    )
    func noNumber(text: String) { #expect(JSONNumber(text) == nil) }

    @Test("Members are found by bytes and keep their places")
    func members() {
        var object: JSONObject = ["b": 1, "a": 2, "\u{E9}": 3]
        #expect(object["e\u{301}"] == nil)
        object["b"] = 4
        object["c"] = 5
        object.insert(6, forKey: "z", at: 0)
        object.insert(7, forKey: "a", at: 0)
        #expect(object.keys == ["z", "b", "a", "\u{E9}", "c"])
        #expect(object["a"] == 7)
        #expect(object.removeValue(forKey: "b") == 4)
        #expect(object.removeValue(forKey: "b") == nil)
        #expect(object.update("a") { $0 = [$0] } != nil)
        #expect(object.update("b") { $0 = 1 } == nil)
        #expect(JSONValue.object(object).description == #"{"z":6,"a":[7],"é":3,"c":5}"#)
    }

    @Test("Of two members with the same name the later value stands at the earlier place")
    func duplicates() {
        #expect(JSONValue.object(JSONObject([("a", 1), ("b", 2), ("a", 3)])).description == #"{"a":3,"b":2}"#)
    }

    @Test("Objects of any size find their members", arguments: [1, 15, 16, 17, 1_000])
    func sizes(count: Int) {
        var object = JSONObject((0..<count).map { ("key \($0)", JSONValue($0)) })
        for index in 0..<count { #expect(object["key \(index)"]?.intValue == index) }
        for index in stride(from: 0, to: count, by: 2) { object["key \(index)"] = nil }
        #expect(object.map(\.value) == stride(from: 1, to: count, by: 2).map { JSONValue($0) })
    }
}
