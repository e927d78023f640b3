import Access
import Foundation
import LocalStore
import StateRepo
import TestSupport
import Testing

@Suite("The table of first answers")
struct IdempotencyTableTests {
    private static let start = Date(timeIntervalSince1970: 1_800_000_000)

    private static func record(
        _ number: UInt8,
        request: UInt8 = 1,
        body: IdempotencyRecord.Body = .plain(Array("{}".utf8)),
        expires: Date = start + 60
    ) throws -> IdempotencyRecord {
        let mark = try #require(
            IdempotencyMark(key: Array(repeating: number, count: 32), request: Array(repeating: request, count: 32))
        )
        let headers = [
            IdempotencyRecord.Header(name: "ETag", value: "\"a: b\""),
            IdempotencyRecord.Header(name: "Location", value: "/agents/a"),
        ]
        return IdempotencyRecord(mark: mark, status: 201, headers: headers, body: body, expires: expires)
    }

    private func withTable(capacity: Int = 10, _ body: (IdempotencyTable, LocalDatabase) throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            let database = try LocalDatabase(path: directory.appending(path: "local.sqlite").path)
            try body(IdempotencyTable(database: database, capacity: capacity), database)
            try database.close()
        }
    }

    @Test("A record is found as it was kept, whatever its body")
    func roundTrip() async throws {
        let commit = try #require(CommitID(String(repeating: "a", count: 40)))
        try await withTable { table, _ in
            let bodies: [IdempotencyRecord.Body] = [.none, .plain([0, 255]), .sealed([1, 2, 3]), .inCommit(commit)]
            for (number, body) in bodies.enumerated() {
                let record = try Self.record(UInt8(number), body: body)
                try table.keep(record, at: Self.start)
                #expect(try table.record(key: record.mark.key, at: Self.start) == record)
            }
            #expect(try table.record(key: Array(repeating: 9, count: 32), at: Self.start) == nil)
        }
    }

    @Test("The first record of a key stays until it expires; then another one takes its place")
    func first() async throws {
        try await withTable { table, _ in
            let (first, second) = (try Self.record(1), try Self.record(1, request: 2, expires: Self.start + 600))
            try table.keep(first, at: Self.start)
            try table.keep(second, at: Self.start + 59)
            #expect(try table.record(key: first.mark.key, at: Self.start + 59) == first)
            #expect(try table.record(key: first.mark.key, at: Self.start + 60) == nil)
            try table.keep(second, at: Self.start + 60)
            #expect(try table.record(key: first.mark.key, at: Self.start + 60) == second)
        }
    }

    @Test("So many records as there is room for are kept; one more takes the place of the oldest")
    func capacity() async throws {
        try await withTable(capacity: 3) { table, _ in
            for number in 1...4 as ClosedRange<UInt8> { try table.keep(Self.record(number), at: Self.start) }
            let kept = try (1...4 as ClosedRange<UInt8>).map { number in
                try table.record(key: Self.record(number).mark.key, at: Self.start) != nil
            }
            #expect(kept == [false, true, true, true])
        }
    }
}

@Suite("Marks of repeated requests")
struct IdempotencyMarkTests {
    @Test("The text of a trailer is read as it was written")
    func roundTrip() throws {
        let mark = try #require(IdempotencyMark(key: Array(0..<32), request: Array(224...255)))
        #expect(IdempotencyMark(trailer: mark.text) == mark)
    }

    @Test(
        "Any other text is no mark",
        arguments: [
            "", ".", String(repeating: "a", count: 64), String(repeating: "a", count: 64) + ".",
            String(repeating: "a", count: 64) + "." + String(repeating: "A", count: 64),
            String(repeating: "a", count: 63) + "." + String(repeating: "a", count: 65),
            String(repeating: "a", count: 64) + "." + String(repeating: "a", count: 64) + ".",
        ]
    )
    func noMark(_ text: String) { #expect(IdempotencyMark(trailer: text) == nil) }
}
