import Documents
import Testing

@Suite("Where lines come from")
struct LineOriginsTests {
    private static func places(_ text: String, in earlier: String) -> [Int?] {
        LineOrigins(of: Array(text.utf8), in: Array(earlier.utf8)).places
    }

    @Test("Lines that stayed have their earlier place, new ones have none")
    func places() {
        #expect(Self.places("a\nb\nc\n", in: "a\nb\nc\n") == [0, 1, 2])
        #expect(Self.places("x\na\nc\n", in: "a\nb\nc\n") == [nil, 0, 2])
        #expect(Self.places("a\nB\nc\nd", in: "a\nb\nc\n") == [0, nil, 2, nil])
        #expect(Self.places("", in: "a\n") == [])
        #expect(Self.places("a\nb", in: "") == [nil, nil])
        // The last line without its line feed is another line.
        #expect(Self.places("a\nb", in: "a\nb\n") == [0, nil])
    }

    @Test("Places are those of equal lines, in order, whatever the texts", arguments: 0..<20)
    func random(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let texts = (0..<2).map { _ in
            (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                "line \(Int.random(in: 0..<12, using: &random))\n"
            }
        }
        let places = Self.places(texts[0].joined(), in: texts[1].joined())
        #expect(places.count == texts[0].count)
        #expect(LineOrigins.count(of: Array(texts[0].joined().utf8)) == texts[0].count)
        for (line, place) in zip(texts[0], places) {
            if let place { #expect(texts[1][place] == line) }
        }
        let known = places.compactMap(\.self)
        #expect(zip(known, known.dropFirst()).allSatisfy { $0 < $1 })
    }
}
