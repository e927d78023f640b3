import Documents
import Testing

@Suite("JSON parser")
struct JSONParserTests {
    @Test(
        "Accepts what RFC 8259 allows",
        arguments: [
            ("null", .null), (" true ", true), ("\t\r\n false\n", false), ("\"\"", ""), ("[]", []), ("{}", [:]),
            ("[ ]", []), ("{\n}", [:]), ("-0", 0), ("[1,2]", [1, 2]), ("{\"a\":{\"b\":[null]}}", ["a": ["b": [nil]]]),
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\u00E9é""#, "ééé"),
            (#""\uD83D\uDE00""#, "😀"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"), ("\"\u{7F}\"", "\u{7F}"),
            ("\"\u{2028}\u{FEFF}\u{FFFE}\"", "\u{2028}\u{FEFF}\u{FFFE}"), (#""\u0001""#, "\u{1}"),
            (#"{"":0}"#, ["": 0]),
            (#"{"\u00e9":1,"e\u0301":2}"#, ["\u{E9}": 1, "e\u{301}": 2]), (#""a\u002fb\/c""#, "a/b/c"),
        ] as [(String, JSONValue)]
    )
    func accepts(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: Array(text.utf8)) == expected)
    }

    @Test(
        "Keeps numbers as they were written",
        arguments: [
            "0", "-0", "0.0", "-0.0", "1.0", "1.50", "0e1", "0E+1", "1e5", "1E-5", "-1.5e+05",
            "123456789012345678901234567890",
            "0.1000000000000000055511151231257827", "1e308", "5e-324", "0e999", "9007199254740993",
        ]
    )
    func keepsNumbers(text: String) throws {
        guard case .number(let number) = try JSONValue(parsing: Array(text.utf8)) else {
            Issue.record("not a number")
            return
        }
        #expect(number.description == text)
    }

    @Test(
        "Refuses what is not JSON",
        arguments: [
            "", " ", "nul", "nulL", "True", "truex", "+1", "01", "-01", "00", "-", "1.", ".1", "1e", "1e+", "1.e1",
            "0x1",
            "1_000", "NaN", "Infinity", "-Infinity", "--1", "1 2", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1", "]", "[1}",
            "{", "}", "{]", "{\"a\"}", "{\"a\":}", "{\"a\" 1}", "{\"a\":1,}", "{,}", "{\"a\":1 \"b\":2}", "{a:1}",
            "{'a':1}",
            "{1:1}", "{null:1}", "{\"a\":1}}", "[]]", "\"", "\"a", "\"\\", "\"\\\"", "\"\\x\"", "\"\\u12\"",
            "\"\\u12G4\"",
            "\"\\u-123\"", "\"\\U0041\"", "\"\n\"", "\"\t\"", "\"\u{1F}\"", "\"a\u{0}\"", "'a'", "a", "[a]", "/**/1",
            "1//", "#", "*",
            "\u{B}1", "\u{C}1", "\u{A0}1", "\u{2028}1", "[1]\u{0}", "é", "[é]", "<>", "[1:2]", "\"a\"b",
            "[\"a\",\n",
            "{\"a\":1,\"b\"", "\"\\\u{1}\"", "\"\\é\"", "[1.2.3]", "1e1.0", "0e", "1ee1", "[-]", "[- 1]", "\"\\u",
            "\"\\uD83D\\u",
        ]
    )
    func refuses(text: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(text.utf8)) }
        #expect(error?.code == .malformed)
    }

    @Test(
        "Refuses bytes that are not strict UTF-8",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF8],
            [0xFE], [0xFF], [0xC3, 0xA9, 0xA9],
        ] as [[UInt8]]
    )
    func refusesInvalidUTF8(sequence: [UInt8]) {
        for (before, after) in [("[\"", "\"]"), ("[\"\\n", "\"]"), ("{\"", "\":1}"), ("[", "]")] {
            let bytes = Array(before.utf8) + sequence + Array(after.utf8)
            guard before != "[" || sequence.first != 0xC3 || sequence.count != 3 else { continue }
            let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: bytes) }
            #expect(error?.code == .encoding)
        }
    }

    @Test(
        "Refuses other encodings and byte order marks",
        arguments: [
            [0xEF, 0xBB, 0xBF, 0x31], [0xFF, 0xFE, 0x31, 0x00], [0xFE, 0xFF, 0x00, 0x31], [0x31, 0x00], [0x00, 0x31],
            [0x00, 0x00, 0xFE, 0xFF], [0x5B, 0x00, 0x5D, 0x00], [0xEF, 0xBB, 0xBF],
        ] as [[UInt8]]
    )
    func refusesForeignEncodings(bytes: [UInt8]) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: bytes) }
        #expect(error?.code == .encoding)
    }

    @Test(
        "Refuses halves of surrogate pairs",
        arguments: [
            #""\uD800""#, #""\uDFFF""#, #""\uD83Dx""#, #""\uD83D\n""#, #""\uD83D\uD83D""#, #""\uDE00\uD83D""#,
            #""\uD83D\u0041""#, #"{"\uDEAD":1}"#,
        ]
    )
    func refusesLoneSurrogates(text: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(text.utf8)) }
        #expect(error?.code == .encoding)
    }

    @Test(
        "Refuses a member that appears twice, also when escapes hide it",
        arguments: [
            (#"{"a":1,"a":1}"#, 8), (#"{"a":1,"b":2,"\u0061":3}"#, 14), (#"{"x":{"é":1,"\u00e9":2}}"#, 13),
            (#"{"":1,"":2}"#, 7), (#"[{"a\/b":1, "a/b":2}]"#, 13),
        ]
    )
    func refusesDuplicates(text: String, column: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(text.utf8)) }
        #expect(error?.code == .duplicateKey)
        #expect(error?.position == SourcePosition(line: 1, column: column))
    }

    @Test("Refuses U+0000 in texts and names", arguments: [#""\u0000""#, #"{"a\u0000":1}"#, #""\u0041\u0000""#])
    func refusesNUL(text: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(text.utf8)) }
        #expect(error?.code == .nul)
    }

    @Test(
        "Refuses numbers that binary64 readers would see as infinity or zero",
        arguments: [
            "1e309", "-1e309", "123e400", "1e-400", "-0.1e-999", "1e99999999999999999999", "1e-99999999999999999999",
        ]
    )
    func refusesUnrepresentableNumbers(text: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(text.utf8)) }
        #expect(error?.code == .numberOutOfRange)
        #expect(JSONNumber(text) == nil)
    }

    @Test(
        "Says where the first fault is",
        arguments: [
            ("{\n  \"a\": 1,\n  \"é\": x\n}", 3, 8), ("[1,\r\n 2,]", 2, 4), ("[\"ab", 1, 2), ("[1]x", 1, 4), ("", 1, 1),
            ("{\"😀\": tru}", 1, 7), ("[1,\n\n\n", 4, 1), ("\"a\\qb\"", 1, 3),
        ]
    )
    func saysWhere(text: String, line: Int, column: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: Array(text.utf8)) }
        #expect(error?.position == SourcePosition(line: line, column: column))
    }

    @Test("Keeps the order of members and the bytes of names")
    func keepsOrder() throws {
        let value = try JSONValue(parsing: Array("{\"b\":1,\"a\":2,\"e\u{301}\":3,\"\u{E9}\":4}".utf8))
        #expect(
            value.objectValue?.keys.map { Array($0.utf8) } == ["b", "a", "e\u{301}", "\u{E9}"].map { Array($0.utf8) }
        )
        #expect(value["\u{E9}"] == 4)
    }
}
