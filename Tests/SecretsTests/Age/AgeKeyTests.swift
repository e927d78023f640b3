import Foundation
import Secrets
import TestSupport
import Testing

@Suite("An age key")
struct AgeKeyTests {
    private static let secret = "AGE-SECRET-KEY-1KQJP8S9W4LA4KTUMRCP8XTNW8QZVXWZKZ3PG5K2SR8X64KRD90KQVCX636"
    private static let recipient = "age1mugx7zz6dw2trfvterfzgxlhsxt32m4zzsvwdruzevyldq02meeqz0x8ah"

    @Test("of age-keygen has the recipient that age-keygen says, and is spelled the same again")
    func vector() throws {
        let identity = try AgeIdentity(Self.secret)
        #expect(identity.recipient.description == Self.recipient)
        #expect(identity.exposed() == Self.secret)
        #expect(try AgeRecipient(Self.recipient) == identity.recipient)
    }

    @Test("of ours is understood by age-keygen")
    func oracle() async throws {
        try await withTemporaryDirectory { directory in
            let identity = AgeIdentity()
            let file = directory.appending(path: "key")
            try Data((identity.exposed() + "\n").utf8).write(to: file)
            let printed = try RealAge(directory: directory).run("age-keygen", ["-y", file.path])
            #expect(String(decoding: printed, as: UTF8.self) == identity.recipient.description + "\n")
        }
    }

    @Test("with any character changed is refused")
    func changed() {
        for (text, isIdentity) in [(Self.secret, true), (Self.recipient, false)] {
            let characters = Array(text.utf8)
            for index in characters.indices {
                var changed = characters
                changed[index] = changed[index] == UInt8(ascii: "q") ? UInt8(ascii: "p") : UInt8(ascii: "q")
                if isIdentity { changed[index] &= 0xDF }
                guard changed != characters else { continue }
                let text = String(decoding: changed, as: UTF8.self)
                let code = AgeFileTests.code {
                    isIdentity ? try AgeIdentity(text) as Any : try AgeRecipient(text) as Any
                }
                #expect(code == (isIdentity ? .identity : .recipient))
            }
        }
    }

    @Test(
        "that is cut, mixed in case, in the other case or of another kind is refused",
        arguments: [
            "", "age1", "1", String(recipient.dropLast()), recipient + "q", recipient.uppercased(),
            "A" + recipient.dropFirst(),
            "age1" + String(repeating: "q", count: 300), "ssh-ed25519 AAAA", "agé1qqqqqqqq", secret,
        ]
    )
    func malformed(text: String) {
        #expect(AgeFileTests.code { try AgeRecipient(text) } == .recipient)
    }

    @Test("is not printed")
    func redacted() throws {
        let identity = try AgeIdentity(Self.secret)
        var dumped = ""
        dump(identity, to: &dumped)
        for text in ["\(identity)", String(reflecting: identity), dumped] { #expect(!text.contains("SECRET")) }
    }
}

@Suite("The text of a secret")
struct SecretValueTests {
    @Test("is not printed, whatever prints it")
    func redacted() throws {
        let value = try #require(SecretValue("canary-7f3a"))
        var dumped = ""
        dump(["key": value], to: &dumped)
        for text in ["\(value)", String(reflecting: value), dumped] { #expect(!text.contains("canary")) }
        #expect(value.exposed() == "canary-7f3a")
    }

    @Test("is neither empty nor longer than the limit, and has no zero byte")
    func limits() {
        #expect(SecretValue("") == nil)
        #expect(SecretValue("a\0b") == nil)
        #expect(
            SecretValue(String(repeating: "a", count: SecretValue.maximumLength))?.count == SecretValue.maximumLength
        )
        #expect(SecretValue(String(repeating: "a", count: SecretValue.maximumLength + 1)) == nil)
    }

    @Test(
        "has an id that reads back, and nothing else is one",
        arguments: [
            ("agents/atlas/OPENAI_API_KEY", true), ("global/A", true), ("providers/claude/K_1", true),
            ("connections/google-workspace/K", true), ("global/x/A", false), ("agents/A", false), ("agents//A", false),
            ("agents/Atlas/A", false), ("agents/../A", false), ("agents/atlas/a", false), ("agents/atlas/1A", false),
            ("agents/atlas/", false), ("other/atlas/A", false), ("agents/atlas/A/B", false), ("", false),
            ("global/" + String(repeating: "A", count: 128), true),
            ("global/" + String(repeating: "A", count: 129), false),
            ("agents/" + String(repeating: "a", count: 64) + "/A", true),
            ("agents/" + String(repeating: "a", count: 65) + "/A", false),
        ]
    )
    func ids(text: String, isOne: Bool) { #expect(SecretID(text)?.description == (isOne ? text : nil)) }
}
