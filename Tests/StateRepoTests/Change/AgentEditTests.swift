import Documents
import HashTreeCollections
import StateRepo
import TestSupport
import Testing

@Suite("An edit of an agent")
struct AgentEditTests {
    private static let path = "state/agents/atlas/agent.json"
    private static let soul = "state/agents/atlas/soul.md"
    private static let rules = "state/agents/atlas/rules.md"
    /// Formatted by hand: tabs, odd spaces, a list over two lines, no final line feed.
    private static let handMade = """
        {
        \t"display_name" : "Atlas",

        \t"labels": { "team":"maps",   "kind": "example" },
        \t"model_policy": {
        \t\t"default_provider":   "ollama", "fallback_order": [ "ollama",
        \t\t\t"claude" ],
        \t\t"max_budget_usd": 0.50
        \t}
        }
        """

    private let id: AgentID
    private let fixture: StateFixture

    init() throws {
        self.id = try #require(AgentID("atlas"))
        self.fixture = try StateFixture([Self.path: Self.handMade, Self.soul: "calm\n"])
    }

    private func content(_ definition: JSONObject, _ documents: [DocumentKind: String]? = nil) -> AgentContent {
        AgentContent(definition: definition, documents: documents)
    }

    private func text(_ plan: ChangePlan, _ path: String = path) -> String? { plan.tree.file(at: path)?.text }

    static let patches: [(JSONValue, String, String)] = [
        (["display_name": "B"], "\t\"display_name\" : \"Atlas\",", "\t\"display_name\" : \"B\","),
        (
            ["labels": ["kind": "map"]], "\t\"labels\": { \"team\":\"maps\",   \"kind\": \"example\" },",
            "\t\"labels\": { \"team\":\"maps\",   \"kind\": \"map\" },"
        ),
        (["model_policy": ["max_budget_usd": 1]], "\t\t\"max_budget_usd\": 0.50", "\t\t\"max_budget_usd\": 1"),
    ]

    @Test("of one field changes one line of a file that somebody formatted", arguments: patches)
    func oneLine(patch: JSONValue, old: String, new: String) throws {
        let plan = try fixture.plan(.patchAgent(id, .merge(patch)))
        let diff = LineDiff(from: Array(Self.handMade.utf8), to: Array(try #require(text(plan)).utf8))
        let changed = diff.hunks.flatMap(\.lines).filter { $0.kind != .context }
        #expect(changed.map(\.text) == [old, new])
        #expect(plan.files.keys.sorted() == [Self.path])
        #expect(fixture.review(plan).isAdmitted)
    }

    static let empty: [JSONValue] = [
        [:], ["display_name": "Atlas"], ["model_policy": ["fallback_order": ["ollama", "claude"]]], ["nothing": nil],
        ["labels": ["team": "maps"]], ["documents": ["soul": "calm\n"]],
    ]

    @Test("that changes nothing makes an empty plan", arguments: empty)
    func nothing(patch: JSONValue) throws {
        let plan = try fixture.plan(.patchAgent(id, .merge(patch)))
        #expect(plan.isEmpty)
        #expect(plan.differences.isEmpty)
        #expect(!plan.isMerged)
    }

    @Test("may be a JSON Patch, which is applied whole or not at all")
    func jsonPatch() throws {
        func plan(_ operations: JSONValue) throws -> ChangePlan {
            try fixture.plan(.patchAgent(id, .operations(try JSONPatch(operations))))
        }
        let moved = try plan([
            ["op": "test", "path": "/display_name", "value": "Atlas"],
            ["op": "add", "path": "/model_policy/fallback_order/0", "value": "groq"],
            ["op": "replace", "path": "/documents/soul", "value": "wild"],
        ])
        #expect(moved.files.keys.sorted() == [Self.path, Self.soul])
        #expect(text(moved, Self.soul) == "wild")
        let replace: JSONValue = ["op": "replace", "path": "/display_name", "value": "B"]
        let test: JSONValue = ["op": "test", "path": "/display_name", "value": "A"]
        for operations: JSONValue in [
            [replace, test], [["op": "remove", "path": "/nothing"]], [["op": "replace", "path": "", "value": 1]],
        ] {
            #expect(failure { try plan(operations) }?.code == .stateInvalid)
        }
    }

    static let documentPatches: [(JSONValue, [String: String?])] = [
        (["documents": ["soul": "wild"]], [soul: "wild"]),
        (["documents": ["soul": nil]], [soul: nil]),
        (["documents": nil], [soul: nil]),
        (["documents": ["rules": "r"]], [rules: "r"]),
        (["documents": ["rules": "r", "soul": nil]], [rules: "r", soul: nil]),
    ]

    @Test("takes documents along", arguments: documentPatches)
    func documents(patch: JSONValue, files: [String: String?]) throws {
        let plan = try fixture.plan(.patchAgent(id, .merge(patch)))
        #expect(plan.files.keys.sorted() == files.keys.sorted())
        for (path, expected) in files { #expect(text(plan, path) == expected) }
    }

    @Test(
        "refuses documents that are none",
        arguments: [
            ["documents": "all"], ["documents": ["soul": 1]], ["documents": ["sole": "x"]], ["documents": []],
        ] as [JSONValue]
    )
    func strangeDocuments(patch: JSONValue) throws {
        #expect(failure { try fixture.plan(.patchAgent(id, .merge(patch))) }?.code == .requestInvalid)
    }

    @Test("as a whole keeps documents that are not given, and removes those that are left out of what is")
    func replace() throws {
        let kept = try fixture.plan(.replaceAgent(id, content(["display_name": "B"])))
        #expect(text(kept)?.contains("\t\"display_name\" : \"B\"") == true)
        #expect(text(kept)?.contains("labels") == false)
        #expect(text(kept, Self.soul) == "calm\n")
        let gone = try fixture.plan(.replaceAgent(id, content(["display_name": "B"], [.rules: "r"])))
        #expect(gone.files.keys.sorted() == [Self.path, Self.rules, Self.soul])
        #expect(text(gone, Self.soul) == nil)
    }

    @Test("that creates one writes the house style, with $schema first and keys in the schema's order")
    func create() throws {
        let other = try #require(AgentID("other"))
        let definition: JSONObject = ["model_policy": ["max_budget_usd": 1], "display_name": "B"]
        let operations: [ResourceEdit.Operation] = [
            .createAgent(other, content(definition, [.soul: "s"])),
            .replaceAgent(other, content(definition, [.soul: "s"])),
        ]
        for operation in operations {
            let plan = try fixture.plan(operation)
            #expect(
                text(plan, "state/agents/other/agent.json") == """
                    {
                      "$schema": "https://gitplane.dev/schemas/agent.json",
                      "display_name": "B",
                      "model_policy": {
                        "max_budget_usd": 1
                      }
                    }

                    """
            )
            #expect(text(plan, "state/agents/other/soul.md") == "s")
            #expect(plan.subject == "agents/other: create")
            #expect(fixture.review(plan, by: .test([.stateWrite])).isAdmitted)
        }
        #expect(failure { try fixture.plan(.createAgent(id, content([:]))) }?.code == .agentAlreadyExists)
    }

    @Test("keeps $schema when it leaves it out, and takes another")
    func schema() throws {
        let text = "{\"$schema\": \"x\", \"display_name\": \"A\"}"
        let given = try StateFixture([Self.path: text])
        let kept = try given.plan(.replaceAgent(id, content(["display_name": "B"])))
        #expect(self.text(kept) == "{\"$schema\": \"x\", \"display_name\": \"B\"}")
        let changed = try given.plan(.patchAgent(id, .merge(["$schema": "y"])))
        #expect(self.text(changed) == "{\"$schema\": \"y\", \"display_name\": \"A\"}")
        // A file that has none is left without: nobody asked for a second changed line.
        let without = try fixture.plan(.patchAgent(id, .merge(["display_name": "B"])))
        #expect(self.text(without)?.contains("$schema") == false)
    }

    @Test("of a broken one is refused unless it replaces all of it", arguments: ["{", "{}", "[]"])
    func broken(text: String) throws {
        let fixture = try StateFixture([Self.path: text, Self.soul: "s"])
        #expect(failure { try fixture.plan(.patchAgent(id, .merge([:]))) }?.code == .headInvalid)
        let plan = try fixture.plan(.replaceAgent(id, content(["display_name": "B"])))
        #expect(plan.tree.problems.isEmpty)
        #expect(fixture.review(plan).isAdmitted)
        #expect(try fixture.plan(.deleteAgent(id)).tree.agents.isEmpty)
    }

    @Test("of nobody is not found, whatever its precondition")
    func absent() throws {
        let other = try #require(AgentID("nobody"))
        let operations: [ResourceEdit.Operation] = [
            .patchAgent(other, .merge([:])), .deleteAgent(other), .putDocument(other, .soul, ""),
            .publish(other, version: nil, activate: nil), .activate(other, true),
        ]
        let preconditions = [Precondition.none, Precondition(match: .any), Precondition(match: .tags(["x"]))]
        for operation in operations {
            for precondition in preconditions {
                let found = failure { try fixture.plan(operation, precondition: precondition) }
                #expect(found?.code == .agentNotFound)
            }
        }
        #expect(failure { try fixture.plan(.deleteDocument(id, .rules)) }?.code == .documentNotFound)
    }

    @Test("that deletes takes documents and release along, and lists who still names it")
    func delete() throws {
        var fixture = try StateFixture.template()
        let id = try #require(AgentID("release-notes"))
        fixture.commit(try fixture.plan(.publish(id, version: nil, activate: true)))
        let plan = try fixture.plan(.deleteAgent(id))
        #expect(plan.files.values.allSatisfy { $0 == nil })
        #expect(plan.tree.agents[id] == nil && plan.tree.releases[id] == nil)
        #expect(plan.subject == "agents/release-notes: delete")
        try fixture.commit([
            Self.path: "{\"display_name\": \"A\", \"delegation_policy\": {\"escalate_to\": \"release-notes\"}}"
        ])
        let inUse = failure { try fixture.plan(.deleteAgent(id)) }
        #expect(inUse?.code == .agentInUse)
        let use: JSONValue = [
            "resource": "agents/atlas", "file": .string(Self.path), "pointer": "/delegation_policy/escalate_to",
            "published": false,
        ]
        #expect(inUse?.details?["used_by"] == [use])
        #expect(try fixture.plan(.deleteAgent(self.id), .deleteAgent(id)).files.count == plan.files.count + 1)
    }
}

/// The failure of a plan, or `nil` when it was made.
func failure(_ plan: () throws -> ChangePlan) -> StateError? {
    do {
        _ = try plan()
        return nil
    } catch let error as StateError {
        return error
    } catch {
        Issue.record(error)
        return nil
    }
}
