import API
import Crypto
import Documents
import Foundation
import HTTPTypes
import StateRepo
import TestSupport
import Testing

@Suite("Entity tags")
struct EntityTagTests {
    @Test("A tag reads as it is written", arguments: ["\"\"", "\"a\"", "W/\"a\"", "\"!#~\"", "W/\"\""])
    func roundTrip(_ text: String) {
        #expect(EntityTag(parsing: text)?.description == text)
    }

    @Test(
        "Anything else is no tag",
        arguments: ["", "a", "\"", "W/", "W/a", "w/\"a\"", "\"a", "a\"", "\"a\"b\"", "\"a b\"", "\"ä\"", "\"a\" "]
    )
    func refused(_ text: String) {
        #expect(EntityTag(parsing: text) == nil)
    }

    @Test("Where the quotes may be left out, they may")
    func bare() {
        #expect(EntityTag(parsing: "abc-1", form: .headerOrBare) == EntityTag("abc-1"))
        #expect(EntityTag(parsing: "\"abc-1\"", form: .headerOrBare) == EntityTag("abc-1"))
        #expect(EntityTag(parsing: "", form: .headerOrBare) == nil)
        #expect(EntityTag(parsing: "a\"", form: .headerOrBare) == nil)
    }

    @Test("The longest tag is accepted, a longer one is not", arguments: [(256, true), (257, false)])
    func length(_ length: Int, _ isAccepted: Bool) {
        #expect((EntityTag(parsing: "\"\(String(repeating: "a", count: length))\"") != nil) == isAccepted)
    }

    /// The table of RFC 9110, section 8.8.3.2.
    @Test(
        "Strong and weak comparison",
        arguments: [
            ("W/\"1\"", "W/\"1\"", false, true), ("W/\"1\"", "W/\"2\"", false, false),
            ("W/\"1\"", "\"1\"", false, true),
            ("\"1\"", "\"1\"", true, true),
        ]
    )
    func comparison(_ left: String, _ right: String, _ strong: Bool, _ weak: Bool) throws {
        let (left, right) = (try #require(EntityTag(parsing: left)), try #require(EntityTag(parsing: right)))
        #expect(left.matchesStrongly(right) == strong)
        #expect(left.matchesWeakly(right) == weak)
    }
}

@Suite("If-Match and If-None-Match")
struct EntityTagConditionTests {
    @Test(
        "A list of tags or a star",
        arguments: [
            ("*", EntityTagCondition.any), (" * ", .any), ("\"a\"", .tags([EntityTag("a")])),
            ("\"a\",W/\"b\"", .tags([EntityTag("a"), EntityTag("b", .weak)])),
            ("\"a\" ,\t \"b\"", .tags([EntityTag("a"), EntityTag("b")])),
            ("\"a\",,\"b\",", .tags([EntityTag("a"), EntityTag("b")])),
            ("\"a,b\"", .tags([EntityTag("a,b")])),
        ]
    )
    func accepted(_ text: String, _ condition: EntityTagCondition) {
        #expect(EntityTagCondition(parsing: text) == condition)
        #expect(documentAccepts(text))
    }

    @Test(
        "Anything else is refused",
        arguments: ["", " ", ",", "a", "\"a\" \"b\"", "*, \"a\"", "\"a\", *", "\"a", "W/"]
    )
    func refused(_ text: String) {
        #expect(EntityTagCondition(parsing: text) == nil)
        #expect(!documentAccepts(text))
    }

    /// Whether the contract's pattern takes it, for every operation that has one of the headers.
    private func documentAccepts(_ text: String) -> Bool {
        do {
            let content = Array(try Data(contentsOf: ShareDirectory.checkout().contract))
            let headers = try Contract(JSONValue(parsing: content, limits: Contract.limits)).operations.flatMap(
                \.headers
            )
            let conditions = headers.filter { $0.field == .ifMatch || $0.field == .ifNoneMatch }
            return Set(conditions.map { $0.schema.accepts(.string(text)) }) == [true]
        } catch {
            Issue.record(error)
            return false
        }
    }

    @Test("So many tags as are allowed are read, one more is not", arguments: [(100, true), (101, false)])
    func count(_ count: Int, _ isAccepted: Bool) {
        let text = Array(repeating: "\"a\"", count: count).joined(separator: ", ")
        #expect((EntityTagCondition(parsing: text) != nil) == isAccepted)
    }

    @Test("If-Match holds for one of its tags when both are strong, and for a star when there is anything")
    func ifMatch() {
        let condition = EntityTagCondition.tags([EntityTag("a"), EntityTag("b", .weak)])
        #expect(condition.holdsAsIfMatch(for: EntityTag("a")))
        #expect(!condition.holdsAsIfMatch(for: EntityTag("a", .weak)))
        #expect(!condition.holdsAsIfMatch(for: EntityTag("b", .weak)))
        #expect(!condition.holdsAsIfMatch(for: nil))
        #expect(EntityTagCondition.any.holdsAsIfMatch(for: EntityTag("x")))
        #expect(!EntityTagCondition.any.holdsAsIfMatch(for: nil))
    }

    @Test("If-None-Match holds when no tag is the present one, and for a star when there is nothing")
    func ifNoneMatch() {
        let condition = EntityTagCondition.tags([EntityTag("a")])
        #expect(!condition.holdsAsIfNoneMatch(for: EntityTag("a", .weak)))
        #expect(condition.holdsAsIfNoneMatch(for: EntityTag("b")))
        #expect(condition.holdsAsIfNoneMatch(for: nil))
        #expect(!EntityTagCondition.any.holdsAsIfNoneMatch(for: EntityTag("a")))
        #expect(EntityTagCondition.any.holdsAsIfNoneMatch(for: nil))
    }
}

@Suite("Points in history")
struct RevisionSelectorTests {
    @Test(
        "Digits are a sequence number up to nine, then a commit",
        arguments: [
            ("0", RevisionSelector.sequence(0)), ("1", .sequence(1)), ("999999999", .sequence(999_999_999)),
            ("0000007", .sequence(7)), ("1234567890", .commit(prefix: "1234567890")),
            ("abcdef0", .commit(prefix: "abcdef0")),
            ("ABCDEF0", .commit(prefix: "abcdef0")),
            (String(repeating: "a", count: 40), .commit(prefix: String(repeating: "a", count: 40))),
        ]
    )
    func digits(_ text: String, _ selector: RevisionSelector) {
        #expect(RevisionSelector(parsing: text) == selector)
    }

    /// Seconds from `date -d TEXT +%s`.
    @Test(
        "A time is an RFC 3339 time",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-03-01T12:00:00Z", 1_772_366_400),
            ("2026-03-01t12:00:00z", 1_772_366_400),
            ("2026-03-01T14:00:00+02:00", 1_772_366_400), ("2026-03-01T06:30:00-05:30", 1_772_366_400),
            ("2024-02-29T23:59:59Z", 1_709_251_199), ("2000-03-01T00:00:00Z", 951_868_800),
            ("1900-03-01T00:00:00Z", -2_203_891_200), ("9999-12-31T23:59:59Z", 253_402_300_799),
            ("2016-12-31T23:59:60Z", 1_483_228_800), ("2026-03-01T12:00:00.5Z", 1_772_366_400.5),
            ("2026-03-01T12:00:00.250000000Z", 1_772_366_400.25),
        ]
    )
    func times(_ text: String, _ seconds: Double) {
        #expect(RevisionSelector(parsing: text) == .time(Date(timeIntervalSince1970: seconds)))
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "abcdef", "-1", "+1", "1.0", " 1", "١٢٣", "HEAD", "main", "abcdefg", String(repeating: "a", count: 41),
            "2026-03-01", "2026-03-01T12:00:00", "2026-3-1T12:00:00Z", "2026-02-29T12:00:00Z", "2026-13-01T12:00:00Z",
            "2026-00-01T12:00:00Z", "2026-01-00T12:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T12:60:00Z",
            "2026-01-01T12:00:61Z", "2026-01-01T12:00:00.Z", "2026-01-01T12:00:00.0000000001Z",
            "2026-01-01T12:00:00+2:00",
            "2026-01-01T12:00:00+24:00", "2026-01-01T12:00:00+02:60", "2026-01-01 12:00:00Z", "0000-01-01T00:00:00Z",
        ]
    )
    func refused(_ text: String) {
        #expect(RevisionSelector(parsing: text) == nil)
    }
}

@Suite("Cursors")
struct CursorTests {
    private static let revision = CommitID(String(repeating: "ab", count: 20))

    private func seal(_ byte: UInt8 = 1) -> CursorSeal {
        CursorSeal(key: SymmetricKey(data: [UInt8](repeating: byte, count: 32)))
    }

    private func request(_ pairs: [(String, String)], of operation: String = "listItems") throws -> OperationRequest {
        try FakeServer.request(operation, query: pairs)
    }

    @Test("A cursor opens for the same list and query; limit may differ and the order of the query does not count")
    func roundTrip() throws {
        let cursor = Cursor(revision: try #require(Self.revision), position: "atlas/é")
        let text = seal().seal(cursor, for: try request([("q", "a"), ("label", "a:b"), ("limit", "2")]))
        #expect(text.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil)
        let next = try request([("limit", "9"), ("label", "a:b"), ("cursor", text), ("q", "a")])
        #expect(try seal().open(next) == cursor)
        #expect(try seal().open(try request([("q", "a")])) == nil)
    }

    @Test("A cursor is refused with another query, on another list and by another server")
    func elsewhere() throws {
        let cursor = Cursor(revision: try #require(Self.revision), position: "atlas")
        let text = seal().seal(cursor, for: try request([("q", "a")]))
        let others = [
            try request([("q", "b"), ("cursor", text)]), try request([("cursor", text)]),
            try request([("q", "a"), ("label", "a:"), ("cursor", text)]),
            try request([("q", "a"), ("cursor", text)], of: "listOthers"),
        ]
        for other in others {
            let error = #expect(throws: ProblemError.self) { try seal().open(other) }
            #expect(error?.code == "request.invalid_cursor")
        }
        let same = try request([("q", "a"), ("cursor", text)])
        #expect(throws: ProblemError.self) { try seal(2).open(same) }
        #expect(try seal().open(same) == cursor)
    }

    @Test("A cursor with any bit changed, cut or lengthened is refused")
    func tampered() throws {
        let cursor = Cursor(revision: try #require(Self.revision), position: "atlas")
        let text = seal().seal(cursor, for: try request([]))
        var others = [String(text.dropLast()), text + "A", "A" + text, "", "é", String(repeating: "A", count: 5000)]
        for index in text.indices {
            var changed = text
            changed.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
            others.append(changed)
        }
        for other in others {
            #expect(throws: ProblemError.self) { try seal().open(try request([("cursor", other)])) }
        }
    }

    @Test("The longest position makes a cursor that opens")
    func longest() throws {
        let position = String(repeating: "p", count: Cursor.maximumPositionLength)
        let cursor = Cursor(revision: try #require(Self.revision), position: position)
        let text = seal().seal(cursor, for: try request([]))
        #expect(text.utf8.count <= 1024)
        #expect(try seal().open(try request([("cursor", text)])) == cursor)
    }
}
