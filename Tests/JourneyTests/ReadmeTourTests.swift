import Foundation
import TestSupport
import Testing

@Suite("The tour in README.md")
struct ReadmeTourTests {
    @Test("does what it says, command by command")
    func tour() async throws {
        let readme = try String(contentsOf: Self.checkout.appending(path: "README.md"), encoding: .utf8)
        let tour = Tour(readme, section: "A tour of five minutes")
        #expect(tour.steps.count > 10)
        try await withTemporaryDirectory { folder in
            let server = try ServerProcess(dataIn: folder.appending(path: "data"))
            let differences = try tour.run(against: server, in: folder)
            #expect(differences.isEmpty, "\(differences.map(\.description).joined(separator: "\n"))\n\(server.errors)")
            #expect(try server.stop() == .exited(0))
            try server.git.checkIntegrity()
        }
    }

    @Test(
        "compares what is printed, with … for what differs",
        arguments: [
            ("a\nb\n", "a\nb\n", true), ("a\n", "a\nb\n", false), ("a\n…\n", "a\nb\nc\n", true),
            ("…\nc\n", "a\nb\nc\n", true),
            ("…\nb\n", "a\nb\nc\n", false), ("{…}\n", "{\"a\":1}\n", true), ("{…1…}\n", "{\"a\":2}\n", false),
            ("a … c\n", "a b c   \n", true), ("a…a\n", "a\n", false), ("x…y…z\n", "x1y2z\n", true), ("", "a\n", false),
        ]
    )
    func comparison(expected: String, printed: String, isMatch: Bool) {
        #expect(ExpectedOutput(expected).matches(printed) == isMatch)
    }

    @Test("is read from the blocks of its section alone")
    func section() {
        let text = """
            ## Before
            ```sh
            no
            ```
            ## Tour
            ```console
            no
            ```
            ```sh
            # a comment
            ## another
            one
            ```
            ```text
            out
            ```
            ```sh
            two
            ```
            ## After
            ```sh
            no
            ```
            """
        let steps = Tour(text, section: "Tour").steps
        #expect(steps.map(\.commands) == ["# a comment\n## another\none\n", "two\n"])
        #expect(steps.map(\.output) == ["out\n", nil])
        #expect(steps.map(\.line) == [10, 18])
    }

    private static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}
