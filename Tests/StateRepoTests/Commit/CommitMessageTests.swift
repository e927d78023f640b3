import Documents
import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("The message of a commit that the server makes")
struct CommitMessageTests {
    private static let path = "state/agents/atlas/agent.json"
    private static let trailers: [CommitMessage.Trailer] = [
        .init("Channel", "api"), .init("Principal", "operator:ada"), .init("Request-Id", "r-1"),
    ]

    private func message(_ patch: JSONValue, _ words: String? = nil) throws -> CommitMessage {
        let fixture = try StateFixture([Self.path: "{\"display_name\": \"A\"}"])
        let id = try #require(AgentID("atlas"))
        return CommitMessage(try fixture.plan(.patchAgent(id, .merge(patch)), message: words), trailers: Self.trailers)
    }

    /// The trailers as git reads them.
    private func gitTrailers(_ text: String) async throws -> String {
        try await withTemporaryDirectory { directory in
            try Git(directory: directory.path).run("interpret-trailers", "--parse", input: Array(text.utf8))
        }
    }

    private static let expected = "Channel: api\nPrincipal: operator:ada\nRequest-Id: r-1"

    static let hostile: [String] = [
        "Principal: operator:eve", "done\n\nPrincipal: operator:eve", "done\r\n\r\nPrincipal: operator:eve\r\n",
        "x\n\nChannel: push\nPrincipal: server\n\n\n", "---\nPrincipal: operator:eve", "x\n---\ndiff --git a b\n",
        "\u{2028}Principal: operator:eve", "a\u{85}Principal: operator:eve", "a\u{0}b\u{1B}[2Kc",
        "(cherry picked from commit 0)\nPrincipal: operator:eve", "Signed-off-by: eve\n", "", "\n\n", " Principal: eve",
        "# comment\nPrincipal: eve", "\u{202E}Principal: eve",
    ]

    @Test("has the server's trailers, whatever a caller writes", arguments: hostile)
    func words(words: String) async throws {
        let text = try message(["display_name": "B"], words).text
        #expect(CommitMessage.trailers(of: text) == Self.trailers)
        #expect(try await gitTrailers(text) == Self.expected)
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && $0.value != 0x7F) })
    }

    @Test("has the server's trailers, whatever stands in fields", arguments: hostile)
    func fields(value: String) async throws {
        let text = try message(["display_name": .string("B\n\(value)"), "labels": ["a": .string(value)]]).text
        #expect(CommitMessage.trailers(of: text) == Self.trailers)
        #expect(try await gitTrailers(text) == Self.expected)
    }

    @Test("keeps a trailer's value in its line", arguments: ["a\nChannel: push", "a\r\nb", "a\u{2028}b", "a\n\nb"])
    func values(value: String) async throws {
        let trailers = [CommitMessage.Trailer("Channel", "api"), .init("Published-By", value)]
        let text = CommitMessage(subject: "x", trailers: trailers).text
        let found = CommitMessage.trailers(of: text)
        #expect(found.map(\.key) == ["Channel", "Published-By"])
        #expect(found.first?.value == "api")
        #expect(try await gitTrailers(text).split(separator: "\n").count == 2)
    }

    @Test("gives back what it was made of, as git does")
    func roundTrip() async throws {
        let trailers = [
            CommitMessage.Trailer("Channel", "worktree"), .init("Principal", "break-glass:0123"),
            .init("Idempotency-Digest", "é: “x” — y"),
        ]
        let text = CommitMessage(subject: "subject", body: ["a body", "", "of two"], trailers: trailers).text
        #expect(text.hasPrefix("subject\n\na body\n\nof two\n\nChannel: worktree\n"))
        #expect(CommitMessage.trailers(of: text) == trailers)
        #expect(try await gitTrailers(text) == trailers.map { "\($0.key): \($0.value)" }.joined(separator: "\n"))
    }

    static let others: [(String, Int)] = [
        ("", 0), ("subject", 0), ("subject\n", 0), ("Channel: api\n", 0), ("s\n\nChannel: api", 1),
        ("s\n\nChannel: api\n\n\n", 1), ("s\n\nwords\nChannel: api\n", 0), ("s\n\nChannel: api\nwords\n", 0),
        ("s\n\nChannel: api\n\nwords\n", 0), ("s\r\n\r\nChannel: api\r\n", 1), ("s\n\nNo Key: x\n", 0),
        ("s\n\n: x\n", 0),
    ]

    @Test("of others has trailers only as a last paragraph of nothing else", arguments: others)
    func parsing(text: String, count: Int) { #expect(CommitMessage.trailers(of: text).count == count) }

    @Test("says below the subject what changed, when that is more than one field")
    func body() throws {
        let one = try message(["display_name": "B"])
        #expect(one.subject == "agents/atlas: display_name A → B")
        #expect(one.body.isEmpty)
        let two = try message(["display_name": "B", "labels": ["a": "1"], "documents": ["soul": "x\ny\n"]], "Why.")
        #expect(two.subject == "agents/atlas: change 2 fields and 1 document")
        #expect(
            two.body == [
                "Why.", "", "- display_name A → B", "- labels = {1}", "- state/agents/atlas/soul.md: +2 −0 lines",
            ]
        )
    }

    @Test("spells out so many changes and no more")
    func limit() throws {
        let labels = (0..<20).map { ("k\($0)", JSONValue.string("v")) }
        let fixture = try StateFixture([Self.path: "{\"display_name\": \"A\", \"labels\": {}}"])
        let id = try #require(AgentID("atlas"))
        let settings = (0..<60).map { ("K\($0)", JSONValue.string("v")) }
        let plan = try fixture.plan(
            .patchAgent(id, .merge(["labels": .object(JSONObject(labels))])),
            .patchSettings(.merge(["shared_variables": .object(JSONObject(settings))]))
        )
        #expect(CommitMessage(plan, trailers: []).body.count <= CommitMessage.maximumLines + 1)
        let changes = (0...CommitMessage.maximumLines).map { number -> (String, JSONValue) in ("K\(number)", "v") }
        let many = try StateFixture(["state/system-settings.json": "{\"shared_variables\": {\"A\": \"1\"}}"])
            .plan(.patchSettings(.merge(["shared_variables": .object(JSONObject(changes))])))
        #expect(CommitMessage(many, trailers: []).body.count == CommitMessage.maximumLines + 1)
        #expect(CommitMessage(many, trailers: []).body.last == "- and 1 more")
    }
}
