import StateRepo
import TestSupport
import Testing

@Suite("A gzip stream is inflated piece by piece")
struct GzipInflaterTests {
    /// What comes out when the bytes go in by parts of `size`.
    private func inflate(_ bytes: [UInt8], by size: Int) throws -> [UInt8] {
        var inflater = try GzipInflater()
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            inflater.feed(Array(bytes[start..<min(start + size, bytes.count)]))
            while let piece = try inflater.next() {
                #expect(piece.count <= GzipInflater.pieceSize)
                output += piece
            }
        }
        try inflater.finish()
        return output
    }

    @Test("and comes out as it went in, however it is cut", arguments: [1, 7, 100_000])
    func roundTrip(size: Int) throws {
        let content = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
        let compressed = try Gzip.compress(content)
        #expect(try inflate(compressed, by: size) == content)
        #expect(try inflate(Gzip.compress([]), by: size) == [])
    }

    @Test("in pieces, also when it expands a thousandfold")
    func bomb() throws {
        let compressed = try Gzip.compress([UInt8](repeating: 0, count: 4 << 20))
        #expect(compressed.count < 8_192)
        #expect(try inflate(compressed, by: compressed.count).count == 4 << 20)
    }

    @Test("and refused when it is none, damaged, cut off or followed by something")
    func damage() throws {
        let good = try Gzip.compress(Array("some content, some content".utf8))
        var wrong = good
        wrong[wrong.count - 6] ^= 1
        for bytes in [
            Array("no gzip".utf8), [0x78, 0x9C, 1, 2], wrong, Array(good.dropLast()), good + [0], good + good,
        ] {
            let error = #expect(throws: GitError.self) { try inflate(bytes, by: bytes.count) }
            #expect(error?.code == .invalid)
        }
    }
}
