import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("A folder read as a tree")
struct FolderReaderTests {
    private func write(_ size: Int, to path: String, in root: URL) throws {
        let file = root.appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(repeating: 0x20, count: size).write(to: file)
    }

    private func read(_ root: URL) throws -> [FileEdit] { try FolderReader(root: root.path).read { _ in true } }

    @Test("has the files in git's order, with the names that git gives them")
    func names() async throws {
        try await withTemporaryDirectory { root in
            for path in ["state/b.json", "state/b/c.json", "README.md", ".git/config"] {
                try write(3, to: path, in: root)
            }
            let edits = try read(root)
            #expect(edits.map(\.path.description) == ["README.md", "state/b.json", "state/b/c.json"])
            guard case .put(.blob, let blob, _) = edits[0].change else {
                Issue.record("not a file: \(edits[0].change)")
                return
            }
            #expect(try "\(blob)" == Git(directory: root.path).run("hash-object", "README.md"))
        }
    }

    @Test(
        "refuses a file that is too large",
        arguments: [(Layout.maximumFileSize, false), (Layout.maximumFileSize + 1, true)]
    )
    func size(size: Int, isRefused: Bool) async throws {
        try await withTemporaryDirectory { root in
            try write(size, to: "state/format.json", in: root)
            let edit = try #require(try read(root).first)
            if case .refuse(let diagnostic) = edit.change {
                #expect(isRefused)
                #expect(diagnostic.code == "layout.too_large")
            } else {
                #expect(!isRefused)
            }
        }
    }

    @Test("stops entering folders below what the layout accepts")
    func depth() async throws {
        try await withTemporaryDirectory { root in
            let names = (0..<FolderReader.maximumDepth).map { "d\($0)" }
            try write(1, to: (names + ["in.md"]).joined(separator: "/"), in: root)
            try write(1, to: (names + ["below", "out.md"]).joined(separator: "/"), in: root)
            #expect(try read(root).map { $0.path.components.last?.text } == ["in.md"])
        }
    }

    @Test("refuses more files than the limit")
    func count() async throws {
        try await withTemporaryDirectory { root in
            for name in ["a", "b", "c"] { try write(1, to: "docs/\(name).md", in: root) }
            #expect(try FolderReader(root: root.path, limit: 3).read { _ in true }.count == 3)
            #expect {
                try FolderReader(root: root.path, limit: 2).read { _ in true }
            } throws: { ($0 as? GitError)?.code == .limitExceeded }
        }
    }
}
