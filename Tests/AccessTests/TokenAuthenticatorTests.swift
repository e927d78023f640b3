import Access
import StateRepo
import Testing

@Suite("Break-glass tokens")
struct TokenAuthenticatorTests {
    static let first = String(repeating: "a", count: 32)
    static let second = String(repeating: "b", count: 40)

    @Test("Each token of the variable stands for the owner, with every scope", arguments: [first, second])
    func accepts(_ text: String) throws {
        let authenticator = try TokenAuthenticator(variable: " \(Self.first) ,\n\(Self.second)")
        let token = try #require(BearerToken(text))
        let principal = try #require(authenticator.authenticate(token))
        #expect(principal.identity == .breakGlass(fingerprint: token.digest.fingerprint))
        #expect(principal.name == "Break glass")
        #expect(principal.scopes == Set(Scope.allCases))
    }

    @Test(
        "Any other text stands for nobody",
        arguments: [
            "a", String(repeating: "a", count: 31), String(repeating: "a", count: 33),
            "b" + String(repeating: "a", count: 31),
        ]
    )
    func refuses(_ text: String) throws {
        let authenticator = try TokenAuthenticator(variable: Self.first)
        let token = try #require(BearerToken(text))
        #expect(authenticator.authenticate(token) == nil)
    }

    static let tooShort: [String] = ["", String(repeating: "a", count: 31), "\(first),", "\(first),,\(second)"]
    static let invalid: [String] = [
        String(repeating: "ä", count: 32), "\(first) \(second)", String(repeating: "a", count: 4097),
    ]
    static let badVariables: [(String, AccessError.Code)] =
        tooShort.map { ($0, .tokenTooShort) } + invalid.map { ($0, .tokenInvalid) }
        + [(Array(repeating: first, count: 65).joined(separator: ","), .tokenTooMany)]

    @Test("A variable that holds a bad token stops the start", arguments: badVariables)
    func badVariable(_ text: String, _ code: AccessError.Code) {
        let error = #expect(throws: AccessError.self) { try TokenAuthenticator(variable: text) }
        #expect(error?.code == code)
        #expect(error?.message.contains(Self.first) == false)
    }

    @Test("As many tokens, and as long ones, as are allowed are accepted")
    func limits() throws {
        let longest = String(repeating: "a", count: BearerToken.maximumLength)
        let variable = Array(repeating: longest, count: TokenAuthenticator.maximumCount).joined(separator: ",")
        let authenticator = try TokenAuthenticator(variable: variable)
        #expect(authenticator.authenticate(try #require(BearerToken(longest))) != nil)
    }
}

@Suite("Bearer tokens")
struct BearerTokenTests {
    @Test("Printing one shows nothing of it")
    func redaction() throws {
        let token = try #require(BearerToken("secret-secret"))
        var dumped = ""
        dump(token, to: &dumped)
        for text in ["\(token)", String(reflecting: token), String(describing: [token]), dumped] {
            #expect(!text.contains("secret"))
        }
        #expect(token.withExposedText { $0 } == "secret-secret")
    }

    @Test("Texts that no header can carry are refused", arguments: ["", "a b", "a\n", "ä", "\u{7F}"])
    func refused(_ text: String) {
        #expect(BearerToken(text) == nil)
    }

    @Test("A fingerprint is the start of the SHA-256 digest")
    func fingerprint() {
        // printf abc | sha256sum
        #expect(TokenDigest(of: "abc").fingerprint == "ba7816bf8f01")
    }

    @Test("Digests are equal only when all their bytes are", arguments: ["", "a", "abd", "abcd"])
    func digests(_ other: String) {
        #expect(TokenDigest(of: "abc") == TokenDigest(of: "abc"))
        #expect(TokenDigest(of: "abc") != TokenDigest(of: other))
    }
}
