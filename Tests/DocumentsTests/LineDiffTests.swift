import Documents
import Testing

@Suite("Line diffs")
struct LineDiffTests {
    private func diff(_ old: String, _ new: String) -> String {
        let diff = LineDiff(from: Array(old.utf8), to: Array(new.utf8))
        return String(decoding: diff.unified(oldPath: "f", newPath: "f"), as: UTF8.self)
    }

    @Test("The same text has no hunks", arguments: ["", "a", "a\n", "\n\n"])
    func same(text: String) {
        #expect(LineDiff(from: Array(text.utf8), to: Array(text.utf8)).hunks.isEmpty)
        #expect(diff(text, text).isEmpty)
    }

    @Test(
        "Writes hunks with three lines of context",
        arguments: [
            ("", "a\n", "@@ -0,0 +1 @@\n+a\n"), ("a\n", "", "@@ -1 +0,0 @@\n-a\n"),
            (
                "1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nx\n6\n7\n8\n",
                "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"
            ),
            ("a\nb", "a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"),
            ("a\r\nb\n", "a\nb\n", "@@ -1,2 +1,2 @@\n-a\r\n+a\n b\n"),
            ("x\n1\n2\n3\n4\n5\n6\ny\n", "1\n2\n3\n4\n5\n6\n", "@@ -1,8 +1,6 @@\n-x\n 1\n 2\n 3\n 4\n 5\n 6\n-y\n"),
            (
                "x\n1\n2\n3\n4\n5\n6\n7\ny\n", "1\n2\n3\n4\n5\n6\n7\n",
                "@@ -1,4 +1,3 @@\n-x\n 1\n 2\n 3\n@@ -6,4 +5,3 @@\n 5\n 6\n 7\n-y\n"
            ),
        ]
    )
    func hunks(old: String, new: String, expected: String) {
        #expect(diff(old, new) == "--- a/f\n+++ b/f\n" + expected)
    }

    @Test("git applies every diff, whatever the texts", arguments: [4, 1_000_000])
    func gitApplies(variety: Int) throws {
        try GitTool.withDirectory { git in
            for seed in 0..<60 as Range<UInt64> {
                var text = RandomText(seed: seed, variety: variety)
                let old = text.lines(Int.random(in: 1..<40, using: &text.random))
                let (before, after) = (text.text(of: old), text.text(of: text.edit(of: old)))
                guard !after.isEmpty, !before.isEmpty, before != after else { continue }
                try git.write(before, to: "d/file")
                let diff = LineDiff(from: before, to: after)
                try git.write(diff.unified(oldPath: "d/file", newPath: "d/file"), to: "patch")
                #expect(try git.run("apply", "--whitespace=nowarn", "patch").status == 0, "seed \(seed)")
                #expect(try git.read("d/file") == after, "seed \(seed)")
            }
        }
    }

    @Test("git applies new and removed files, also with odd names", arguments: ["f", "a b/c", "é/ü.md", "q\"u\\o\tte"])
    func gitAppliesNames(path: String) throws {
        try GitTool.withDirectory { git in
            let text = Array("a\nb".utf8)
            try git.write(LineDiff(from: [], to: text).unified(oldPath: nil, newPath: path), to: "patch")
            #expect(try git.run("apply", "patch").status == 0)
            #expect(try git.read(path) == text)
            try git.write(LineDiff(from: text, to: []).unified(oldPath: path, newPath: nil), to: "patch")
            #expect(try git.run("apply", "patch").status == 0)
            #expect(!git.exists(path))
        }
    }
}
