import Documents
import Testing

@Suite("Formats are asserted")
struct SchemaFormatTests {
    @Test(
        "and accept what their RFC accepts",
        arguments: [
            (
                "date-time",
                [
                    "2026-03-01T09:30:00Z", "1985-04-12t23:20:50.52z", "1990-12-31T15:59:60-08:00",
                    "2024-02-29T00:00:00+23:59",
                ]
            ),
            ("date", ["2024-02-29", "0000-01-01"]),
            (
                "email",
                ["a@b", "joe.bloggs@example.com", "\"joe bloggs\"@example.com", "a+b@[127.0.0.1]", "a@[IPv6:::1]"]
            ),
            (
                "uri",
                ["https://example.com/a?b#c", "urn:a:b", "mailto:a@b.c", "http://[2001:db8::7]:80/", "http://a/%7e"]
            ),
            ("uri-reference", ["", "/a", "../a", "?q", "#f", "//host/a", "https://a"]),
            ("uuid", ["123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000"]),
            ("regex", ["^a{2,3}$", "(?=a)b", "", "\\d+"]),
        ]
    )
    func accepts(format: String, texts: [String]) throws {
        let schema = try compiled(#"{"format": "\#(format)"}"#)
        for text in texts { #expect(schema.validate(.string(text)) == [], "\(text)") }
        #expect(schema.accepts(7), "a format says nothing about other types")
    }

    @Test(
        "and refuse the rest",
        arguments: [
            (
                "date-time",
                [
                    "", "2026-03-01", "2026-03-01T09:30:00", "2026-02-30T00:00:00Z", "2026-03-01T24:00:00Z",
                    "2026-03-01T22:59:60Z", "2026-03-01 09:30:00Z", "2026-03-01T09:30:00.Z",
                    "2026-03-01T09:30:00+24:00", "2026-03-0১T09:30:00Z",
                ]
            ),
            ("date", ["2023-02-29", "2026-13-01", "2026-1-01", "2026-01-01Z", "20260101"]),
            (
                "email",
                [
                    "", "a", "@b", "a@", ".a@b", "a..b@c", "a@b_c", "a@-b", "a b@c", "ä@b", "a@[1.2.3.300]",
                    "\(String(repeating: "a", count: 65))@b",
                ]
            ),
            (
                "uri",
                [
                    "", "/a", "//a", "1a:b", "http://a b", "http://a/%zz", "http://[::1", "http://[1::2::3]/",
                    "http://a:b/", "http://ä/", "a",
                ]
            ),
            ("uri-reference", ["\\a", "a b", "1a:b", "%", "#a#b"]),
            (
                "uuid",
                [
                    "", "123e4567-e89b-12d3-a456-42661417400", "123e4567e89b12d3a456426614174000",
                    "123e4567-e89b-12d3-a456-42661417400g",
                ]
            ),
            ("regex", ["(", "[a", "a{2,1}", "*", "\\", "\\Z"]),
        ]
    )
    func refuses(format: String, texts: [String]) throws {
        let schema = try compiled(#"{"format": "\#(format)"}"#)
        for text in texts { #expect(schema.validate(.string(text)).map(\.code) == [.stringFormat], "\(text)") }
    }

    @Test("A regular expression in a value has at most 4,096 bytes")
    func longExpression() throws {
        let schema = try compiled(#"{"format": "regex"}"#)
        #expect(schema.accepts(.string(String(repeating: "a", count: 4_096))))
        #expect(!schema.accepts(.string(String(repeating: "a", count: 4_097))))
    }
}
