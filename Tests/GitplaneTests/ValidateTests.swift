import Foundation
import StateRepo
import TestSupport
import Testing

@testable import Gitplane

@Suite("The command validate")
struct ValidateTests {
    private let rules: StateRules

    init() throws { rules = try ShippedRules.load() }

    private func report(_ path: URL) throws -> ValidationReport {
        try ValidationReport(.folder(path.path, rules: rules), rules: rules)
    }

    private func report(_ revision: String, at path: URL) throws -> ValidationReport {
        try ValidationReport(.revision(revision, at: path.path, rules: rules), rules: rules)
    }

    @Test("finds nothing in the template, in a clone or not")
    func template() async throws {
        try await Checkout.with { checkout in
            #expect(try report(checkout.root).lines.isEmpty)
            #expect(try report("main", at: checkout.root).lines.isEmpty)
            try FileManager.default.removeItem(at: checkout.root.appending(path: ".git"))
            let report = try report(checkout.root)
            #expect(report.lines.isEmpty)
            #expect(report.isValid)
        }
    }

    /// A change of the checkout and the start of the line that it causes.
    struct Fault: Sendable, CustomTestStringConvertible {
        let path: String
        let text: String
        let line: String

        var testDescription: String { line }
    }

    @Test(
        "says file, line and column of each fault, in files and in commits",
        arguments: [
            Fault(
                path: "state/format.json",
                text: "{\n  \"version\": \"1\"\n}\n",
                line: "state/format.json:2:14: error: "
            ),
            Fault(path: "state/agents/a/agent.json", text: "{\n", line: "state/agents/a/agent.json:2:1: error: "),
            Fault(path: "state/agents/A/agent.json", text: "{}", line: "state/agents/A/agent.json: error: no file"),
            Fault(path: "state/notes.txt", text: "", line: "state/notes.txt: error: no file may be here"),
            Fault(
                path: "state/system-settings.json",
                text: "{\"providers\": {\"default_provider\": \"olama\"}}\n",
                line: "state/system-settings.json:1:36: error: "
            ),
        ]
    )
    func faults(fault: Fault) async throws {
        try await Checkout.with { checkout in
            try checkout.write(fault.text, to: fault.path)
            let report = try report(checkout.root)
            #expect(report.lines.contains { $0.hasPrefix(fault.line) }, "\(report.lines)")
            #expect(!report.isValid)
            try checkout.commitAll()
            let committed = try self.report("main", at: checkout.root)
            #expect(committed.lines == report.lines)
            #expect(try self.report(checkout.git.run("rev-parse", "HEAD"), at: checkout.root).lines == report.lines)
        }
    }

    @Test("sees what git would add and nothing that it ignores")
    func ignored() async throws {
        try await Checkout.with { checkout in
            try checkout.write("*.log\n", to: ".gitignore")
            try checkout.write("", to: "debug.log")
            #expect(try report(checkout.root).lines.isEmpty)
            try checkout.git.run("add", "--force", "debug.log")
            #expect(try report(checkout.root).lines.count == 1)
            try checkout.write("", to: "other.txt")
            #expect(try report(checkout.root).lines.count == 2)
        }
    }

    @Test("reports links, executable files and repositories inside")
    func modes() async throws {
        try await Checkout.with { checkout in
            let files = FileManager.default
            try files.createSymbolicLink(
                atPath: checkout.root.appending(path: "LICENSE").path,
                withDestinationPath: "README.md"
            )
            let readme = checkout.root.appending(path: "README.md").path
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: readme)
            try files.createDirectory(
                at: checkout.root.appending(path: "docs/other/.git"),
                withIntermediateDirectories: true
            )
            let lines = try report(checkout.root).lines
            #expect(lines.map { $0.prefix { $0 != ":" } } == ["LICENSE", "README.md", "docs/other"])
        }
    }

    @Test("takes an exception to the scan for keys from the state itself")
    func exceptions() async throws {
        try await Checkout.with { checkout in
            let key = "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789"
            let path = "state/agents/release-notes/system_prompt.md"
            try checkout.write("Use \(key) here.\n", to: path)
            #expect(try !report(checkout.root).isValid)
            let exception =
                #""security": {"plain_text_exceptions": [{"path": "\#(path)", "pointer": "", "reason": "a test"}]},"#
            try checkout.replace("\"providers\":", by: "\(exception)\n\"providers\":", in: "state/system-settings.json")
            #expect(try report(checkout.root).lines == [])
        }
    }

    @Test("says when the rules of releases were not checked, and checks them with the ledger")
    func ledger() async throws {
        try await Checkout.with { checkout in
            let wrong = #"{"version": 2000, "definition": "\#(String(repeating: "0", count: 40))", "active": true}"#
            try checkout.write(wrong, to: "state/releases/release-notes.json")
            let unchecked = try report(checkout.root)
            #expect(unchecked.isValid)
            #expect(unchecked.notes.count == 2)
            let empty = try checkout.git.run("commit-tree", "-m", "Start", checkout.git.run("mktree"))
            try checkout.git.run("update-ref", "refs/gitplane/releases", empty)
            let checked = try report(checkout.root)
            #expect(checked.lines.contains { $0.hasPrefix("state/releases/release-notes.json:1:13: error: ") })
            #expect(checked.notes.count == 1)
        }
    }

    @Test("refuses what is no state as usage")
    func usage() async throws {
        try await withTemporaryDirectory { folder in
            let isUsage = { (error: any Error) in (error as? CommandFailure)?.status == .usage }
            #expect { try report(folder) } throws: { isUsage($0) }
            #expect { try report("main", at: folder) } throws: { isUsage($0) }
            try Git(directory: folder.path).run("init", "--quiet")
            #expect { try report(folder) } throws: { isUsage($0) }
            for revision in ["main", String(repeating: "a", count: 40), "-x", "a..b", ""] {
                #expect { try report(revision, at: folder) } throws: { isUsage($0) }
            }
        }
    }

    @Test("checks the whole checkout from a folder inside it")
    func inside() async throws {
        try await Checkout.with { checkout in
            try checkout.write("", to: "state/notes.txt")
            #expect(try report(checkout.root.appending(path: "state/agents")).lines.count == 1)
        }
    }
}
