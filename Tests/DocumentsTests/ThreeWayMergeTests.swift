import Documents
import Testing

@Suite("Three-way merge of fields")
struct ThreeWayMergeTests {
    private func merge(_ base: String, _ current: String, _ proposed: String) throws -> ThreeWayMerge.Outcome {
        func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }
        return try ThreeWayMerge.merge(base: parse(base), current: parse(current), proposed: parse(proposed))
    }

    @Test(
        "Edits of different fields come together",
        arguments: [
            (#"{"a":1,"b":2}"#, #"{"a":5,"b":2}"#, #"{"a":1,"b":6}"#, #"{"a":5,"b":6}"#),
            (#"{"o":{"a":1,"b":2}}"#, #"{"o":{"b":2}}"#, #"{"o":{"a":1,"b":3}}"#, #"{"o":{"b":3}}"#),
            (#"{"a":1}"#, #"{"b":2,"a":1}"#, #"{"c":3,"a":1,"d":4}"#, #"{"b":2,"a":1,"c":3,"d":4}"#),
            (#"{"a":1,"b":2}"#, #"{"b":2}"#, #"{"a":1}"#, "{}"), (#"{"a":1}"#, #"{"a":2}"#, #"{"a":2.0}"#, #"{"a":2}"#),
            (#"{"a":1}"#, "{}", "{}", "{}"), ("{}", #"{"o":{"a":1}}"#, #"{"o":{"b":2}}"#, #"{"o":{"a":1,"b":2}}"#),
            (#"{"l":[1]}"#, #"{"l":[1]}"#, #"{"l":[2]}"#, #"{"l":[2]}"#), ("[1]", "[1]", "{}", "{}"),
            (#"{"o":{"a":1},"z":0}"#, #"{"o":{"a":1},"z":1}"#, #"{"z":0}"#, #"{"z":1}"#),
        ]
    )
    func merges(base: String, current: String, proposed: String, expected: String) throws {
        guard case .merged(let value) = try merge(base, current, proposed) else {
            Issue.record("in conflict")
            return
        }
        #expect(value.description == expected)
    }

    @Test(
        "Different edits of the same field are a conflict",
        arguments: [
            (#"{"a":1}"#, #"{"a":2}"#, #"{"a":3}"#, ["/a 1 2 3"]), (#"{"a":1}"#, "{}", #"{"a":3}"#, ["/a 1 - 3"]),
            (#"{"a":1}"#, #"{"a":3}"#, "{}", ["/a 1 3 -"]), ("{}", #"{"a":1}"#, #"{"a":2}"#, ["/a - 1 2"]),
            (#"{"l":[1]}"#, #"{"l":[1,2]}"#, #"{"l":[0,1]}"#, ["/l [1] [1,2] [0,1]"]),
            (#"{"o":{"a":1}}"#, "{}", #"{"o":{"a":2}}"#, [#"/o {"a":1} - {"a":2}"#]),
            (
                #"{"o":{"a":1,"b":1},"z":1}"#, #"{"o":{"a":2,"b":2},"z":2}"#, #"{"z":1,"o":{"a":3,"b":3}}"#,
                ["/o/a 1 2 3", "/o/b 1 2 3"]
            ),
            (#"{"a":1}"#, #"{"a":{}}"#, #"{"a":{"b":1}}"#, [#"/a 1 {} {"b":1}"#]), ("1", "2", "3", [" 1 2 3"]),
        ] as [(String, String, String, [String])]
    )
    func conflicts(base: String, current: String, proposed: String, expected: [String]) throws {
        guard case .conflicts(let conflicts) = try merge(base, current, proposed) else {
            Issue.record("merged")
            return
        }
        let found = conflicts.map { conflict in
            let sides = [conflict.base, conflict.current, conflict.proposed].map { $0?.description ?? "-" }
            return "\(conflict.pointer) \(sides.joined(separator: " "))"
        }
        #expect(found == expected)
    }

    @Test("An edit merged with none, or with itself, is that edit")
    func identity() {
        for seed in 0..<1_000 as Range<UInt64> {
            var random = RandomJSON(seed: seed)
            let base = random.value()
            let edit = random.edit(of: base)
            #expect(ThreeWayMerge.merge(base: base, current: edit, proposed: base) == .merged(edit), "seed \(seed)")
            #expect(ThreeWayMerge.merge(base: base, current: base, proposed: edit) == .merged(edit), "seed \(seed)")
            #expect(ThreeWayMerge.merge(base: base, current: edit, proposed: edit) == .merged(edit), "seed \(seed)")
        }
    }

    @Test("Exchanging the sides exchanges nothing but the sides")
    func symmetry() {
        var conflicts = 0
        for seed in 0..<2_000 as Range<UInt64> {
            var random = RandomJSON(seed: seed)
            let base = random.object()
            let (left, right) = (random.edit(of: base), random.edit(of: base))
            switch (
                ThreeWayMerge.merge(base: base, current: left, proposed: right),
                ThreeWayMerge.merge(base: base, current: right, proposed: left)
            ) {
            case (.merged(let one), .merged(let other)): #expect(one == other, "seed \(seed)")
            case (.conflicts(let one), .conflicts(let other)):
                conflicts += 1
                #expect(Set(one.map(\.pointer)) == Set(other.map(\.pointer)), "seed \(seed)")
            case (.merged, .conflicts), (.conflicts, .merged): Issue.record("seed \(seed) merges one way only")
            }
        }
        #expect(conflicts > 100)
    }
}
