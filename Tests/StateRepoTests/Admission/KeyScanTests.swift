import Documents
import StateRepo
import TestSupport
import Testing

@Suite("Text that looks like a key")
struct KeyScanTests {
    private static let soul = "state/agents/atlas/soul.md"
    private static let agent = "state/agents/atlas/agent.json"

    /// Prefixes, and how many characters must follow.
    static let shapes: [(String, Int)] = [
        ("sk-ant-", 20), ("sk-proj-", 20), ("sk-or-", 20), ("sk-", 32), ("sk_live_", 16), ("rk_live_", 16),
        ("whsec_", 24), ("ghp_", 36), ("gho_", 36), ("ghs_", 36), ("ghu_", 36), ("github_pat_", 40), ("glpat-", 20),
        ("xoxb-", 20), ("xoxp-", 20), ("xoxa-", 20), ("xapp-", 20), ("AKIA", 16), ("ASIA", 16), ("AIza", 35),
        ("hf_", 30), ("gsk_", 40), ("xai-", 40), ("pplx-", 40), ("lin_api_", 32), ("ntn_", 40), ("sntrys_", 32),
        ("ATATT3", 40), ("npm_", 36), ("dop_v1_", 48), ("SG.", 40), ("kpat_", 32), ("kpbg_", 32), ("kses_", 32),
        ("AGE-SECRET-KEY-1", 40),
    ]

    private static func key(_ prefix: String, _ count: Int) -> String { prefix + String(repeating: "Q", count: count) }

    private func fixture() throws -> StateFixture { try StateFixture([Self.agent: "{\"display_name\": \"A\"}"]) }

    private func found(_ path: String, _ text: String, in fixture: StateFixture? = nil) throws -> [Diagnostic] {
        let fixture = try fixture ?? self.fixture()
        return try fixture.review([path: text]).errors.filter { $0.code == "secret.in_plain_text" }
    }

    @Test("is refused from its least length on, and not below", arguments: shapes)
    func least(prefix: String, count: Int) throws {
        let key = Self.key(prefix, count)
        let text = "first line\nthe é key \(key), done"
        let finding = try #require(try found(Self.soul, text).first)
        #expect(finding.position == SourcePosition(line: 2, column: 11))
        #expect(try found(Self.soul, text).count == 1)
        // One short of the least length; a shorter pattern with the same beginning may still apply.
        let shorter = Self.key(prefix, count - 1)
        let covers = Self.shapes.contains { other in
            shorter.hasPrefix(other.0) && shorter.utf8.count >= other.0.utf8.count + other.1
        }
        #expect(try found(Self.soul, "x \(shorter) y").isEmpty == !covers)
    }

    @Test("is found in a JSON value at its pointer", arguments: shapes)
    func json(prefix: String, count: Int) throws {
        let key = Self.key(prefix, count)
        let finding = try #require(
            try found(Self.agent, "{\"display_name\": \"A\",\n \"description\": \"use \(key)\"}").first
        )
        #expect(finding.pointer?.description == "/description")
        #expect(finding.position == SourcePosition(line: 2, column: 17))
    }

    @Test("is never repeated in what is said about it", arguments: shapes)
    func silent(prefix: String, count: Int) throws {
        let key = Self.key(prefix, count)
        let findings = try found(Self.soul, "a \(key)") + found(Self.agent, "{\"display_name\": \"\(key)\"}")
        #expect(findings.count == 2)
        for finding in findings { #expect(!"\(finding.description) \(finding.json)".contains("QQQQ")) }
    }

    static let words: [String] = [
        "a task-list of risk-", "mask-" + String(repeating: "a", count: 40),
        "disk_live_" + String(repeating: "a", count: 20),
        "the prefix sk- alone", "sk-" + String(repeating: "a b", count: 20), "-----BEGIN CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----", "---- PRIVATE KEY ----", "notAKIA" + String(repeating: "A", count: 20),
    ]

    @Test("is not seen in ordinary words", arguments: words)
    func innocent(text: String) throws { #expect(try found(Self.soul, text) == []) }

    @Test(
        "may be a private key in PEM",
        arguments: [
            "-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN OPENSSH PRIVATE KEY-----",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----", "-----BEGIN PGP PRIVATE KEY BLOCK-----",
        ]
    )
    func pem(header: String) throws {
        #expect(try found(Self.soul, "x\n\(header)\nMII").first?.position == SourcePosition(line: 2, column: 1))
        let json = "{\"display_name\": \"A\", \"description\": \"\(header)\\nMII\"}"
        #expect(try found(Self.agent, json).first?.pointer?.description == "/description")
    }

    @Test("is found behind JSON escapes and in the names of members")
    func hidden() throws {
        let rest = String(repeating: "Q", count: 36)
        let escaped = "{\"display_name\": \"A\", \"description\": \"\\u0067hp_\(rest)\"}"
        #expect(try found(Self.agent, escaped).first?.pointer?.description == "/description")
        let named = "{\"display_name\": \"A\",\n \"ghp_\(rest)\": 1, \"description\": \"ghp_\(rest)\"}"
        #expect(try found(Self.agent, named).map(\.position?.line) == [2, 2])
    }

    @Test("is found in a document that is broken, too")
    func broken() throws {
        #expect(try found(Self.agent, "{\"a\": \"\(Self.key("ghp_", 36))\",").first?.position?.line == 1)
    }

    @Test(
        "is found in every kind of document",
        arguments: [
            "state/system-settings.json", "state/providers/ollama.json", "state/connections/defaults/github.json",
            "state/releases/atlas.json", "skills/tdd/SKILL.md", "state/format.json",
        ]
    )
    func kinds(path: String) throws {
        #expect(try !found(path, "{\"x\": \"\(Self.key("ghp_", 36))\"}").isEmpty)
    }

    private static func settings(_ path: String, _ pointer: String) -> String {
        """
        {"security": {"plain_text_exceptions": [{"path": "\(path)", "pointer": "\(pointer)", "reason": "an example"}]}}
        """
    }

    @Test("is let through where the old settings say so: a value, or a whole file")
    func exceptions() throws {
        let key = Self.key("ghp_", 36)
        let text = "{\"display_name\": \"A\", \"description\": \"\(key)\"}"
        var fixture = try fixture()
        try fixture.commit(["state/system-settings.json": Self.settings(Self.agent, "/description")])
        #expect(try found(Self.agent, text, in: fixture) == [])
        // Another place of the same file, another file, and the name of a member are not excepted.
        let elsewhere = "{\"display_name\": \"\(key)\", \"description\": \"\(key)\"}"
        #expect(try found(Self.agent, elsewhere, in: fixture).map(\.pointer?.description) == ["/display_name"])
        #expect(try found(Self.soul, key, in: fixture).count == 1)
        #expect(try found(Self.agent, "{\"description\": \"\(key)\", \"\(key)\": 1}", in: fixture).count == 1)
        try fixture.commit(["state/system-settings.json": Self.settings(Self.soul, "")])
        #expect(try found(Self.soul, key, in: fixture) == [])
        #expect(try found(Self.agent, text, in: fixture).count == 1)
    }

    @Test("is not let through by an exception that comes with it")
    func selfGrant() throws {
        let verdict = try fixture().review([
            "state/system-settings.json": Self.settings(Self.soul, ""), Self.soul: Self.key("ghp_", 36),
        ])
        #expect(verdict.errors.map(\.code) == ["secret.in_plain_text"])
    }

    @Test("that stood there before stops no other edit")
    func old() throws {
        var fixture = try fixture()
        try fixture.commit([Self.soul: Self.key("ghp_", 36)])
        #expect(try fixture.review(["state/agents/atlas/rules.md": "x"]).isAdmitted)
        #expect(try fixture.review([Self.soul: nil]).isAdmitted)
        #expect(try !fixture.review([Self.soul: Self.key("ghp_", 36) + " again"]).isAdmitted)
    }

    @Test("is reported at most twenty times a file")
    func limit() throws {
        let text = Array(repeating: Self.key("ghp_", 36), count: 21).joined(separator: "\n")
        #expect(try found(Self.soul, text).count == 20)
    }

    @Test("is reported so many times in one file and no more", arguments: [20, 21])
    func keys(count: Int) throws {
        let text = (0..<count).map { "\($0) \(Self.key("ghp_", 36))\n" }.joined()
        #expect(try found(Self.soul, text).count == 20)
    }
}
