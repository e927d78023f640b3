import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("How much of a working tree is read")
struct WorkingTreeLimitTests {
    @Test("so many edits, and not one more")
    func edits() async throws {
        try await withWorkingTree { scenario in
            for number in 1...10 { try scenario.write("docs/\(number).md", "x") }
            #expect(try scenario.tree.edits(limit: 10).edits.count == 10)
            try scenario.write("docs/more.md", "x")
            #expect { try scenario.tree.edits(limit: 10) } throws: { ($0 as? GitError)?.code == .limitExceeded }
        }
    }

    @Test("64 MiB of edits, and not a byte more")
    func bytes() async throws {
        try await withWorkingTree { scenario in
            let text = String(repeating: "x", count: 1 << 20)
            for number in 1...64 { try scenario.write("docs/\(number).md", text) }
            #expect(try scenario.tree.edits().edits.count == 64)
            try scenario.write("docs/more.md", "x")
            #expect { try scenario.tree.edits() } throws: { ($0 as? GitError)?.code == .limitExceeded }
        }
    }

    @Test("folders twelve deep, and what is deeper is told")
    func depth() async throws {
        try await withWorkingTree { scenario in
            let twelve = (1...12).map { "d\($0)" }.joined(separator: "/")
            try scenario.write("\(twelve)/x.md", "x")
            #expect(try scenario.edits() == ["!\(twelve)/x.md layout.name"])
            try scenario.write("\(twelve)/d13/x.md", "x")
            #expect(try scenario.edits() == ["!\(twelve)/d13 layout.name", "!\(twelve)/x.md layout.name"])
        }
    }

    @Test("so many files, the link of git among them, and not one more")
    func files() async throws {
        try await withWorkingTree { scenario in
            let count = try scenario.git.run("ls-files").split(separator: "\n").count + 1
            #expect(try scenario.tree.edits(fileLimit: count).trackedCount == count - 1)
            #expect { try scenario.tree.edits(fileLimit: count - 1) } throws: {
                ($0 as? GitError)?.code == .limitExceeded
            }
        }
    }
}
