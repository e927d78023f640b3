import Documents
import Foundation
import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("A form on the wire")
struct WireFormTests {
    static let names: [String] =
        DocumentKind.allCases.map { "agents/atlas/documents/\($0.rawValue)" } + [
            "agents/atlas", "releases/a-b_c", "providers/ollama", "connections/defaults/github", "system-settings",
            "skills/tdd",
        ]

    @Test("of a resource's name reads back as it was written", arguments: names)
    func resourceName(text: String) { #expect(ResourceName(text)?.description == text) }

    @Test(
        "that is no resource's name is refused",
        arguments: [
            "", "/", "agents", "agents/", "agents/Atlas", "agents/a/", "agents/a/documents", "agents/a/documents/x",
            "agents/a/document/soul", "agents/a/documents/soul/x", "/agents/a", "agents//a", "releases/a/b",
            "connections/github", "connections/default/github", "system-settings/", "settings", "skills/../a",
            "agents/%61", "agents/é", "agents/a ",
        ]
    )
    func noResourceName(text: String) { #expect(ResourceName(text) == nil) }

    static let times: [(TimeInterval, String)] = [
        (0, "1970-01-01T00:00:00Z"), (1_700_000_000, "2023-11-14T22:13:20Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
    ]

    @Test("of a time is UTC with Z and whole seconds", arguments: times)
    func time(seconds: TimeInterval, text: String) {
        #expect(Timestamp.text(Date(timeIntervalSince1970: seconds)) == text)
        #expect(Timestamp.date(text)?.timeIntervalSince1970 == seconds)
    }

    @Test(
        "that is no time is refused",
        arguments: ["", "now", "2023-11-14", "2023-13-01T00:00:00Z", "2023-11-14T25:00:00Z", "1700000000"]
    )
    func noTime(text: String) { #expect(Timestamp.date(text) == nil) }

    @Test("of a tag reads back, and names its revision")
    func tag() throws {
        let fixture = try StateFixture.template()
        for name in Self.names {
            guard let resource = ResourceName(name), let tag = ResourceTag(of: resource, in: fixture.snapshot) else {
                continue
            }
            #expect(ResourceTag(tag.description) == tag)
            #expect(tag.revision == fixture.revision)
            #expect(tag.description.utf8.count == 57)
        }
        let zeros = String(repeating: "0", count: 40)
        for text in [
            "", "-", zeros, "\(zeros)-", "\(zeros)-0", "\(zeros)-000000000000000g", "\(zeros)-0000000000000000-", "x-0",
        ] {
            #expect(ResourceTag(text) == nil)
        }
    }

    @Test("of a tag changes with what its resource shows, and with nothing else")
    func tagChanges() throws {
        var fixture = try StateFixture.template()
        let id = try #require(AgentID("release-notes"))
        func tags() -> [String: String] {
            let names = [
                "agents/release-notes", "agents/release-notes/documents/rules", "skills/tdd", "system-settings",
                "providers/ollama",
            ]
            return names.reduce(into: [:]) { tags, name in
                tags[name] = ResourceName(name).flatMap { ResourceTag(of: $0, in: fixture.snapshot)?.description }
            }
        }
        let edits: [(ResourceEdit.Operation, Set<String>)] = [
            (.patchAgent(id, .merge(["display_name": "B"])), ["agents/release-notes"]),
            (.putDocument(id, .rules, "r"), ["agents/release-notes", "agents/release-notes/documents/rules"]),
            (.publish(id, version: nil, activate: nil), ["agents/release-notes"]),
            (.activate(id, true), ["agents/release-notes"]),
            (.patchSettings(.merge(["health": ["enabled": false]])), ["system-settings"]),
        ]
        for (operation, changed) in edits {
            let before = tags()
            #expect(before.count == 5)
            fixture.commit(try fixture.plan(operation))
            let after = tags()
            #expect(Set(after.keys.filter { after[$0] != before[$0] }) == changed)
        }
        let before = tags()
        try fixture.commit(["skills/tdd/references/a.md": "a"])
        #expect(Set(tags().filter { before[$0.key] != $0.value }.keys) == ["skills/tdd"])
    }
}
