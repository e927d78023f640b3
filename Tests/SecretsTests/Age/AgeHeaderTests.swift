import Foundation
import Secrets
import Testing

/// What is wrong with a header, and the code that says so.
struct MalformedHeader: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let code: AgeError.Code
    /// Changes the text of a header with one X25519 recipient.
    let change: @Sendable (String) -> String

    init(_ description: String, _ code: AgeError.Code, _ change: @escaping @Sendable (String) -> String) {
        self.testDescription = description
        self.code = code
        self.change = change
    }

    /// Replaces a line of the header, counted from 0: version, recipient, its body, MAC.
    static func line(_ index: Int, _ change: @escaping @Sendable (String) -> String) -> @Sendable (String) -> String {
        { header in
            var lines = header.components(separatedBy: "\n")
            lines[index] = change(lines[index])
            return lines.joined(separator: "\n")
        }
    }

    static let lowOrder = "-> X25519 " + String(repeating: "A", count: 43)

    static let all: [MalformedHeader] = [
        .init("nothing", .notAge) { _ in "" },
        .init("another kind of file", .notAge) { _ in "hello\n" },
        .init("a later version", .version, line(0) { _ in "age-encryption.org/v2" }),
        .init("a carriage return after the version", .version, line(0) { $0 + "\r" }),
        .init("white space before the version", .notAge) { " " + $0 },
        .init("no end", .header) { _ in "age-encryption.org/v1\n-> X25519 abc\n" },
        .init("no recipient", .header) {
            $0.components(separatedBy: "\n")[0] + "\n--- " + String(repeating: "A", count: 43) + "\n"
        },
        .init("a recipient without its mark", .header, line(1) { String($0.dropFirst(3)) }),
        .init("a mark without a space", .header, line(1) { $0.replacingOccurrences(of: "-> ", with: "->") }),
        .init("a recipient without arguments", .stanza, line(1) { _ in "-> " }),
        .init(
            "two spaces between arguments",
            .stanza,
            line(1) { $0.replacingOccurrences(of: "X25519 ", with: "X25519  ") }
        ),
        .init("a space at the end of a line", .stanza, line(1) { $0 + " " }),
        .init("an argument that is not ASCII", .stanza, line(1) { $0 + " é" }),
        .init("a carriage return in a recipient", .stanza, line(1) { $0 + "\r" }),
        .init("too many arguments", .stanza, line(1) { $0 + String(repeating: " x", count: 15) }),
        .init("an argument too many for its kind", .stanza, line(1) { $0 + " x" }),
        .init("a share that is missing", .stanza, line(1) { _ in "-> X25519" }),
        .init("a share that is too short", .stanza, line(1) { String($0.dropLast(4)) }),
        .init("a share that is not base64", .stanza, line(1) { String($0.dropLast()) + "=" }),
        .init("a share of low order", .stanza, line(1) { _ in lowOrder }),
        .init("a body that is too short", .stanza, line(2) { String($0.dropLast(3)) }),
        .init("a body with padding", .stanza, line(2) { $0 + "=" }),
        .init("a body that is not base64", .stanza, line(2) { "!" + $0.dropFirst() }),
        .init("a line of a body that is too long", .stanza, line(2) { $0 + String(repeating: "A", count: 40) }),
        .init(
            "a body that is too large",
            .stanza,
            line(2) { String(repeating: String(repeating: "A", count: 64) + "\n", count: 90) + $0 }
        ),
        .init("left-over bits that are not zero", .stanza, line(2) { MalformedHeader.withLooseBits($0) }),
        .init("a MAC that is too short", .header, line(3) { String($0.dropLast(2)) }),
        .init("a MAC without its space", .header, line(3) { $0.replacingOccurrences(of: "--- ", with: "---") }),
        .init("a MAC with padding", .header, line(3) { $0 + "=" }),
        .init("another MAC", .headerUnauthenticated, line(3) { _ in "--- " + String(repeating: "A", count: 43) }),
        .init("a recipient that was added", .headerUnauthenticated, line(2) { $0 + "\n-> grease x\n" }),
        .init(
            "too many recipients",
            .tooManyRecipients,
            line(2) { $0 + String(repeating: "\n-> grease\n", count: 64) }
        ),
        .init(
            "a passphrase beside it",
            .passphraseNotAlone,
            line(2) { $0 + "\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 10\n" }
        ),
        .init("only recipients of unknown kinds", .noIdentity, line(1) { _ in "-> grease" }),
        .init("a header without end that is too large", .headerTooLarge) {
            $0.components(separatedBy: "\n")[0] + "\n-> " + String(repeating: "x", count: 70_000) + "\n"
        },
    ]

    /// The last character carries bits that no byte has room for: they have to be zero.
    private static func withLooseBits(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        guard let last = text.last, let index = alphabet.firstIndex(of: last) else { return text }
        return String(text.dropLast()) + String(alphabet[index + 1])
    }
}

@Suite("The header of an age file")
struct AgeHeaderTests {
    private let identity = AgeIdentity()

    @Test("that is malformed is refused with its own code", arguments: MalformedHeader.all)
    func malformed(header: MalformedHeader) throws {
        let file = try AgeFile.seal(Array("content".utf8), to: [identity.recipient])
        let payload = file.suffix(7 + 32)
        let text = String(decoding: file.dropLast(7 + 32), as: UTF8.self)
        let changedText = header.change(text)
        // What follows is random, and could end a header that has no end.
        let changed = Array(changedText.utf8) + (changedText.contains("\n---") ? payload : [])
        #expect(AgeFileTests.code { try AgeFile.open(changed, with: [identity]) } == header.code)
    }

    @Test(
        "with a passphrase that costs too much, or is malformed, is refused before any work",
        arguments: [
            ("21", AgeError.Code.workFactor), ("99", .workFactor), ("010", .stanza), ("0", .stanza), ("-1", .stanza),
            ("1e3", .stanza), ("100", .stanza), ("", .stanza), ("١٢", .stanza),
        ]
    )
    func workFactor(text: String, code: AgeError.Code) throws {
        let body = String(repeating: "A", count: 43)
        let header = "age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA \(text)\n\(body)\n--- \(body)\n"
        let passphrase = try #require(SecretValue("x"))
        #expect(AgeFileTests.code { try AgeFile.open(Array(header.utf8), passphrase: passphrase) } == code)
    }

    @Test(
        "with a malformed salt is refused",
        arguments: [
            "-> scrypt", "-> scrypt AAAA 10", "-> scrypt AAAAAAAAAAAAAAAAAAAAAA",
            "-> scrypt AAAAAAAAAAAAAAAAAAAAAA 10 x",
        ]
    )
    func salt(line: String) throws {
        let body = String(repeating: "A", count: 43)
        let header = "age-encryption.org/v1\n\(line)\n\(body)\n--- \(body)\n"
        let passphrase = try #require(SecretValue("x"))
        #expect(AgeFileTests.code { try AgeFile.open(Array(header.utf8), passphrase: passphrase) } == .stanza)
    }
}

@Suite("The armour of an age file")
struct AgeArmourTests {
    private static let begin = "-----BEGIN AGE ENCRYPTED FILE-----"
    private static let end = "-----END AGE ENCRYPTED FILE-----"
    private static let full = String(repeating: "A", count: 64)

    @Test(
        "that is malformed is refused",
        arguments: [
            "\(begin)\n\(end)", "\(begin)\nAAAA", "\(begin)\nAAA\n\(end)", "\(begin)\nAAA-\n\(end)",
            "\(begin)\n\n\(end)", "\(begin)\nAAAA\n\nAAAA\n\(end)", "\(begin)\n\(full)AAAA\n\(end)",
            "\(begin)\nAAAA\nAAAA\n\(end)", "\(begin)\n\(full)\n\n\(end)", "\(begin)\nAA==AAAA\n\(end)",
            "\(begin)\nA===\n\(end)", "\(begin)\nAB==\n\(end)", "\(begin)\n AAAA\n\(end)", "\(begin)\nAAAA\n\(end) x",
            "\(begin)x\nAAAA\n\(end)",
        ]
    )
    func malformed(text: String) {
        #expect(AgeFileTests.code { try AgeArmour.decode(Array(text.utf8)) } == .armour)
    }

    @Test("may have white space around it and other ends of lines")
    func lenient() throws {
        let text = "\r\n \t\(Self.begin)\r\n\(Self.full)\r\nAQ==\r\n\(Self.end)\r\n\n"
        #expect(try AgeArmour.decode(Array(text.utf8)) == [UInt8](repeating: 0, count: 48) + [1])
    }
}
