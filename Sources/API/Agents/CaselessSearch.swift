/// Looks for a part of texts without regard to case.
///
/// A term of ASCII letters finds ASCII letters only and costs no memory; any other is compared with the lowercase form
/// of each text, which Unicode defines without regard to a language.
struct CaselessSearch: Sendable {
    private let term: [UInt8]
    private let isASCII: Bool

    init(_ term: String) {
        self.term = Array(term.lowercased().utf8)
        self.isASCII = term.utf8.allSatisfy { $0 < 0x80 }
    }

    func isPart(of text: String) -> Bool {
        guard isASCII || text.utf8.allSatisfy({ $0 < 0x80 }) else { return contains(text.lowercased()) }
        return contains(text)
    }

    private func contains(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.count >= term.count else { return false }
            return (0...bytes.count - term.count).contains { start in
                term.indices.allSatisfy { Self.lowercase(bytes[start + $0]) == term[$0] }
            }
        }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
