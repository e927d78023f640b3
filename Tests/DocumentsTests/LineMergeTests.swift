import Documents
import Testing

@Suite("Three-way merge of lines")
struct LineMergeTests {
    private func merge(_ base: String, _ current: String, _ proposed: String) -> LineMerge.Outcome {
        LineMerge.merge(base: Array(base.utf8), current: Array(current.utf8), proposed: Array(proposed.utf8))
    }

    @Test(
        "Edits of different lines come together",
        arguments: [
            ("a\nb\nc\n", "x\nb\nc\n", "a\nb\ny\n", "x\nb\ny\n"), ("a\nb\nc\n", "b\nc\n", "a\nb\n", "b\n"),
            ("a\nb\n", "a\nz\nb\n", "a\nz\nb\n", "a\nz\nb\n"), ("a\nb\nc\n", "a\nc\n", "a\nc\n", "a\nc\n"),
            ("", "a\n", "", "a\n"), ("a\n", "", "a\n", ""), ("a\nb\nc", "0\na\nb\nc", "a\nb\nc\nd", "0\na\nb\nc\nd"),
        ]
    )
    func merges(base: String, current: String, proposed: String, expected: String) {
        #expect(merge(base, current, proposed) == .merged(Array(expected.utf8)))
    }

    @Test("A conflict shows the lines of all three texts")
    func conflicts() throws {
        guard case .conflicts(let found) = merge("1\n2\n3\n4\n5\n", "0\n1\nx\n3\n4\n5\n", "1\ny\nz\n3\n4\n") else {
            Issue.record("merged")
            return
        }
        let conflict = try #require(found.first)
        #expect(found.count == 1)
        #expect([conflict.base.start, conflict.base.count] == [2, 1])
        #expect([conflict.current.start, conflict.current.count] == [3, 1])
        #expect([conflict.proposed.start, conflict.proposed.count] == [2, 2])
        #expect([conflict.base.text, conflict.current.text, conflict.proposed.text] == ["2\n", "x\n", "y\nz\n"])
    }

    @Test(
        "Edits that touch are a conflict, as in git",
        arguments: [
            ("a\nb\n", "x\nb\n", "a\ny\n"), ("a\nb\n", "a\nx\nb\n", "a\ny\nb\n"), ("a\n", "", "b\n"),
            ("a", "a\nb", "x\na"),
            ("a\nb\nc\n", "a\nc\n", "a\nb\nx\nc\n"),
        ]
    )
    func touching(base: String, current: String, proposed: String) throws {
        guard case .conflicts = merge(base, current, proposed) else {
            Issue.record("merged")
            return
        }
    }

    @Test("Merges what git merges, to the same text, and refuses what git refuses")
    func gitAgrees() throws {
        var outcomes = (merged: 0, conflicts: 0)
        try GitTool.withDirectory { git in
            for seed in 0..<120 as Range<UInt64> {
                var text = RandomText(seed: seed, variety: 1_000_000)
                let lines = text.lines(Int.random(in: 5..<40, using: &text.random))
                let base = text.text(of: lines)
                let current = text.text(of: text.edit(of: lines, percent: 2))
                let proposed = text.text(of: text.edit(of: lines, percent: 2))
                try git.write(base, to: "base")
                try git.write(current, to: "current")
                try git.write(proposed, to: "proposed")
                let answer = try git.run("merge-file", "-p", "-q", "current", "base", "proposed")
                switch LineMerge.merge(base: base, current: current, proposed: proposed) {
                case .merged(let merged):
                    outcomes.merged += 1
                    #expect(answer.status == 0, "seed \(seed)")
                    #expect(answer.output == merged, "seed \(seed)")
                case .conflicts:
                    outcomes.conflicts += 1
                    #expect(answer.status > 0, "seed \(seed)")
                }
            }
        }
        #expect(outcomes.merged > 10 && outcomes.conflicts > 10)
    }

    @Test("An edit merged with none, or with itself, is that edit, and exchanging the sides changes nothing")
    func identity() {
        for seed in 0..<500 as Range<UInt64> {
            var text = RandomText(seed: seed, variety: 4)
            let lines = text.lines(20)
            let base = text.text(of: lines)
            let (left, right) = (text.text(of: text.edit(of: lines)), text.text(of: text.edit(of: lines)))
            #expect(LineMerge.merge(base: base, current: left, proposed: base) == .merged(left), "seed \(seed)")
            #expect(LineMerge.merge(base: base, current: base, proposed: left) == .merged(left), "seed \(seed)")
            #expect(LineMerge.merge(base: base, current: left, proposed: left) == .merged(left), "seed \(seed)")
            let (one, other) = (
                LineMerge.merge(base: base, current: left, proposed: right),
                LineMerge.merge(base: base, current: right, proposed: left)
            )
            guard case .merged = one else { continue }
            #expect(one == other, "seed \(seed)")
        }
    }
}
