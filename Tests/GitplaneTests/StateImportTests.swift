import Foundation
import GitTransport
import StateRepo
import TestSupport
import Testing

@testable import Gitplane

@Suite("The command init", .timeLimit(.minutes(15)))
struct StateImportTests {
    private let rules: StateRules

    init() throws { rules = try ShippedRules.load() }

    /// Makes a data folder beside the checkout.
    private func run(_ checkout: Checkout, from address: String? = nil, branch: String = "main") async throws -> Run {
        let data = DataFolder(checkout.root.deletingLastPathComponent().appending(path: "data"))
        let branch = try #require(RefName(branch: branch))
        let outcome = try await StateImport(
            folder: data,
            branch: branch,
            rules: rules,
            programs: GitPrograms(searching: "/usr/bin:/bin")
        ).run(from: address ?? checkout.root.path, relativeTo: checkout.root.deletingLastPathComponent().path)
        return Run(outcome: outcome, data: data)
    }

    private struct Run {
        let outcome: StateImport.Outcome
        let data: DataFolder

        var git: Git { Git(directory: data.repository) }

        /// What is in the data folder, apart from what every start makes.
        var made: [String] {
            get throws {
                guard FileManager.default.fileExists(atPath: data.url.path) else { return [] }
                let names = try FileManager.default.contentsOfDirectory(atPath: data.url.path)
                return names.filter { !["instance.json", "lock", "run"].contains($0) }.sorted()
            }
        }
    }

    private func failure(_ body: () async throws -> Run) async -> CommandFailure? {
        await #expect(throws: CommandFailure.self) { _ = try await body() }
    }

    /// Commits a release of the example agent as it stands.
    private func release(_ version: Int, in checkout: Checkout) throws {
        let definition = try checkout.git.run("rev-parse", "HEAD:state/agents/release-notes")
        let text = "{\"version\": \(version), \"definition\": \"\(definition)\", \"active\": true}\n"
        try checkout.write(text, to: "state/releases/release-notes.json")
        try checkout.commitAll()
    }

    private static let ledger = "refs/gitplane/releases"

    @Test("takes the branch with its history, whatever it is called there", arguments: ["main", "trunk"])
    func history(branch: String) async throws {
        try await Checkout.with { checkout in
            try checkout.write("# Notes\n", to: "docs/notes.md")
            try checkout.commitAll()
            try checkout.git.run("branch", "--move", branch)
            try checkout.git.run("tag", "v1")
            let run = try await run(checkout, from: "checkout", branch: branch)
            let head = try checkout.git.run("rev-parse", "HEAD")
            guard case .made(let revision, let commits, let versions) = run.outcome.result else {
                Issue.record("\(run.outcome.report.lines)")
                return
            }
            #expect(revision.description == head)
            #expect(commits == 2)
            #expect(versions == 0)
            #expect(try run.git.run("for-each-ref", "--format=%(refname) %(objectname)") == "refs/heads/main \(head)")
            #expect(try run.git.run("config", "core.hooksPath") == run.data.hooks)
            #expect(try run.made == ["state.git"])
            try run.git.run("fsck", "--strict")
        }
    }

    @Test("lists what the gate refuses, and makes nothing")
    func refusal() async throws {
        try await Checkout.with { checkout in
            try checkout.write("{\n  \"version\": \"1\"\n}\n", to: "state/format.json")
            try checkout.write("text", to: "state/notes.txt")
            try checkout.commitAll()
            let run = try await run(checkout)
            guard case .refused = run.outcome.result else {
                Issue.record("it was accepted")
                return
            }
            let lines = run.outcome.report.lines
            #expect(lines.contains { $0.hasPrefix("state/format.json:2:14: error: ") })
            #expect(lines.contains { $0.hasPrefix("state/notes.txt: error: ") })
            #expect(!FileManager.default.fileExists(atPath: run.data.url.path))
        }
    }

    @Test("rebuilds the ledger from the history of main, where there is none", arguments: [true, false])
    func ledger(isThere: Bool) async throws {
        try await Checkout.with { checkout in
            try release(1, in: checkout)
            try checkout.write("# Rules\n\nNone.\n", to: "state/agents/release-notes/rules.md")
            try checkout.commitAll()
            try release(2, in: checkout)
            let first = try await run(checkout)
            let kept = try first.git.run("rev-parse", "\(Self.ledger)^{tree}")
            #expect(try first.git.run("ls-tree", "--name-only", "\(Self.ledger):release-notes") == "1\n2")
            guard isThere else { return }
            // Once more, from the server's own repository.
            let tip = try first.git.run("rev-parse", Self.ledger)
            let mirror = first.data.url.deletingLastPathComponent().appending(path: "mirror.git").path
            try first.git.run("clone", "--quiet", "--mirror", first.data.repository, mirror)
            try FileManager.default.removeItem(at: first.data.url)
            let second = try await run(checkout, from: mirror)
            #expect(try second.git.run("rev-parse", Self.ledger) == tip)
            #expect(try second.git.run("rev-parse", "\(Self.ledger)^{tree}") == kept)
        }
    }

    @Test("refuses a ledger whose tree is not what its commits say")
    func foreignLedger() async throws {
        try await Checkout.with { checkout in
            try release(1, in: checkout)
            let definition = try checkout.git.run("rev-parse", "HEAD:state/agents/release-notes")
            let message = """
                agents/release-notes: version 1

                Agent: release-notes
                Version: 1
                Definition: \(definition)
                Revision: \(try checkout.git.run("rev-parse", "HEAD"))
                """
            let empty = try checkout.git.run("mktree")
            let commit = try checkout.git.run("commit-tree", "-m", message, empty)
            try checkout.git.run("update-ref", Self.ledger, commit)
            let failed = await failure { try await run(checkout) }
            #expect(failed?.status == .usage)
            #expect(failed?.lines.first?.hasPrefix("\(Self.ledger): error: release-notes/1 ") == true)
        }
    }

    @Test("refuses a data folder that holds a repository, and leaves it as it is")
    func present() async throws {
        try await Checkout.with { checkout in
            let first = try await run(checkout)
            try checkout.write("# Notes\n", to: "docs/notes.md")
            try checkout.commitAll()
            let failed = await failure { try await run(checkout) }
            #expect(failed?.status == .configuration)
            #expect(try first.git.run("rev-list", "--count", "main") == "1")
        }
    }

    @Test("begins anew after a run that was cut off")
    func leftovers() async throws {
        try await Checkout.with { checkout in
            let data = checkout.root.deletingLastPathComponent().appending(path: "data")
            let draft = data.appending(path: "init/state.git/objects")
            try FileManager.default.createDirectory(
                at: draft,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            try Data("half".utf8).write(to: draft.appending(path: "tmp_pack_x"))
            #expect(try await run(checkout).made == ["state.git"])
        }
    }

    @Test(
        "says what is wrong with where it should come from",
        arguments: [
            "", "--upload-pack=/bin/true", "ext::sh -c true", "nowhere", "a\nb", "file:///nowhere/at/all",
            String(repeating: "a", count: RemoteRepository.maximumAddressLength + 1),
        ]
    )
    func addresses(address: String) async throws {
        try await Checkout.with { checkout in
            let failed = await failure { try await run(checkout, from: address) }
            #expect(failed?.status == .usage)
            #expect(failed?.lines.isEmpty == false)
            let data = checkout.root.deletingLastPathComponent().appending(path: "data")
            #expect(!FileManager.default.fileExists(atPath: data.path))
        }
    }

    @Test("refuses a branch that is not there, and a clone without its history")
    func sources() async throws {
        try await Checkout.with { checkout in
            #expect(await failure { try await run(checkout, branch: "other") }?.status == .usage)
            try checkout.write("# Notes\n", to: "docs/notes.md")
            try checkout.commitAll()
            let shallow = checkout.root.deletingLastPathComponent().appending(path: "shallow.git").path
            try checkout.git.run("clone", "--quiet", "--bare", "--depth=1", "file://\(checkout.root.path)", shallow)
            #expect(await failure { try await run(checkout, from: shallow) }?.status == .usage)
        }
    }
}
