import Access
import Synchronization
import TestSupport
import Testing

@Suite("What the server's own credentials look like")
struct CredentialFormatTests {
    @Test("A new one is recognised, and no two are the same", arguments: CredentialFormat.allCases)
    func made(_ format: CredentialFormat) {
        let texts = (0..<100).map { _ in format.make(from: .system) }
        #expect(Set(texts).count == texts.count)
        for text in texts {
            #expect(text.hasPrefix(format.rawValue))
            #expect(text.utf8.count == format.rawValue.utf8.count + 49)
            #expect(CredentialFormat.of(text) == format)
        }
    }

    @Test("The checksum is the CRC-32 of everything before it, in base 62")
    func checksum() {
        let zeros = RandomBytes { [UInt8](repeating: 0, count: $0) }
        #expect(CredentialFormat.apiToken.make(from: zeros) == Self.zeros)
        #expect(CredentialFormat.of(Self.zeros) == .apiToken)
    }

    @Test("A text with one character changed, one too many or one too few is none")
    func mistyped() {
        let text = Array(CredentialFormat.apiToken.make(from: .system))
        for index in text.indices {
            var changed = text
            changed[index] = text[index] == "x" ? "y" : "x"
            #expect(CredentialFormat.of(String(changed)) == nil, "\(index)")
        }
        for other in [String(text.dropLast()), String(text) + "0", "", "kpat_", String(text).uppercased() + "é"] {
            #expect(CredentialFormat.of(other) == nil)
        }
    }

    @Test("Bytes that would make some digits likelier are skipped")
    func unbiased() {
        let calls = Mutex(0)
        let random = RandomBytes { count in
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            return [UInt8](repeating: call == 1 ? 255 : 61, count: count)
        }
        #expect(CredentialFormat.session.make(from: random).hasPrefix("kses_" + String(repeating: "z", count: 43)))
    }

    private static let zeros = "kpat_000000000000000000000000000000000000000000039F9R4"
}
