import Foundation
import StateRepo
import TestSupport

/// A checkout of a new installation's state, with one commit on `main`.
struct Checkout {
    let root: URL
    let git: Git

    /// Runs `body` with a fresh checkout.
    static func with(_ body: (Checkout) async throws -> Void) async throws {
        try await withTemporaryDirectory { folder in
            let root = folder.appending(path: "checkout")
            let share = try ShareDirectory.ofThisProgram()
            try FileManager.default.copyItem(at: share.template, to: root)
            try FileManager.default.copyItem(at: share.state, to: root.appending(path: "state"))
            try FileManager.default.copyItem(at: share.skills, to: root.appending(path: "skills"))
            let checkout = Checkout(root: root, git: Git(directory: root.path))
            try checkout.git.run("init", "--quiet", "--initial-branch=main")
            try checkout.commitAll()
            try await body(checkout)
        }
    }

    func write(_ text: String, to path: String) throws {
        let file = root.appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func read(_ path: String) throws -> String {
        try String(decoding: Data(contentsOf: root.appending(path: path)), as: UTF8.self)
    }

    /// Replaces the first `old` in a file.
    func replace(_ old: String, by new: String, in path: String) throws {
        let text = try read(path)
        guard let range = text.range(of: old) else { throw CocoaError(.fileReadCorruptFile) }
        try write(text.replacingCharacters(in: range, with: new), to: path)
    }

    func commitAll() throws {
        try git.run("add", "--all")
        try git.run("commit", "--quiet", "--message", "Change")
    }
}

/// The shipped rules, loaded once: that takes longer than most tests.
enum ShippedRules {
    private static let shared = Result { try StateRules.load(share: .ofThisProgram()) }

    static func load() throws -> StateRules { try shared.get() }
}
