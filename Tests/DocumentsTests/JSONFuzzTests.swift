import Documents
import Foundation
import Testing

@Suite("JSON parser under random input")
struct JSONFuzzTests {
    /// Bytes that mean something to the grammar come up more often than others.
    private static let pieces =
        Array("{}[]:,\"\\/bfnrtu0123456789-+.eE \n\r\ttruefalsenull".utf8) + [0, 0x80, 0xC3, 0xED, 0xF4, 0xFF]

    private func mutate(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let piece = Self.pieces.randomElement(using: &random) ?? 0
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.insert(piece, at: place)
            case 1 where place < bytes.count: bytes[place] = piece
            case 2 where place < bytes.count: bytes.remove(at: place)
            default: bytes.removeSubrange(place..<min(bytes.count, place + 5))
            }
        }
        return bytes
    }

    @Test("Whatever parses is written back to an equal value; whatever does not is refused within the text")
    func mutations() throws {
        var parsed = 0
        for seed in 0..<6_000 as Range<UInt64> {
            var random = RandomJSON(seed: seed)
            let text = mutate(random.scribble(random.value()), &random.random)
            do throws(JSONSyntaxError) {
                let document = try JSONDocument(parsing: text)
                parsed += 1
                #expect(try JSONDocument(parsing: document.value.compactBytes).value == document.value, "seed \(seed)")
                #expect(document.edited(to: document.value).source == text, "seed \(seed)")
                #expect(JSONDocument(formatting: document.value).value == document.value, "seed \(seed)")
            } catch {
                #expect(error.position <= SourcePosition(ofOffset: text.count, in: text), "seed \(seed)")
            }
        }
        #expect(parsed > 500 && parsed < 5_500)
    }

    @Test("Foundation accepts everything that is accepted here")
    func foundationAgrees() throws {
        for seed in 0..<2_000 as Range<UInt64> {
            var random = RandomJSON(seed: seed)
            let text = mutate(random.scribble(random.value()), &random.random)
            let value: JSONValue
            do throws(JSONSyntaxError) { value = try JSONValue(parsing: text) } catch { continue }
            let foreign = try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
            #expect(foreign is NSNull == value.isNull, "seed \(seed)")
        }
    }
}
