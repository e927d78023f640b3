import Access
import Foundation
import StateRepo
import TestSupport
import Testing

@testable import Gitplane

@Suite("The program")
struct ProgramTests {
    /// How one run of the program ended.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// The program that was built with these tests.
    private static func built() throws -> URL {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: tests).deletingLastPathComponent().appending(path: "gitplane")
    }

    private func run(
        _ arguments: [String],
        program: URL? = nil,
        in folder: URL,
        environment: [String: String] = [:]
    ) throws -> Outcome {
        let errors = URL.temporaryDirectory.appending(path: "gitplane-run-\(UUID().uuidString)")
        let process = try ChildProcess(
            (program ?? Self.built()).path,
            arguments,
            environment: environment,
            directory: folder.path,
            errors: .file(errors.path)
        )
        guard case .exited(let status) = try process.waitUntilEnd(within: .seconds(60)) else {
            throw ChildProcess.Failure(description: "the program was killed")
        }
        let text = try String(contentsOf: errors, encoding: .utf8)
        try FileManager.default.removeItem(at: errors)
        return Outcome(status: status, output: process.output, errors: text)
    }

    /// Copies a program by a process of its own: a descriptor that this process wrote to could be inherited by what another
    /// test starts, and a program that somebody has open for writing cannot be run (execve(2), `ETXTBSY`).
    private func copy(_ program: URL, to copy: URL) throws {
        let process = try ChildProcess(
            "/bin/cp",
            [program.path, copy.path],
            environment: [:],
            directory: "/",
            errors: .output
        )
        guard try process.waitUntilEnd(within: .seconds(60)) == .exited(0) else {
            throw ChildProcess.Failure(description: "cp: \(process.output)")
        }
    }

    /// A command line, its words apart by spaces, and how it ends in an empty folder.
    private static let endings: [(line: String, status: Int32)] = [
        ("version", 0), ("--version", 0), ("--help", 0), ("schema", 0), ("schema server", 0),
        ("schema sever", 64), ("frobnicate", 64), ("validate --frobnicate", 64), ("validate", 64),
        ("validate nowhere", 64), ("validate --revision main", 64), ("release atlas", 64),
        ("release A", 64), ("release atlas --version x", 64), ("serve --metrics-listen x", 64),
        ("audit verify", 64), ("owner remove", 64), ("serve --tls-key x", 78),
        ("serve --port x", 78), ("serve --host 0.0.0.0", 78),
        ("serve --data-dir /proc/gitplane/data", 78),
    ]

    @Test("says how long a whole audit log is, and its newest hash")
    func auditVerify() async throws {
        try await withTemporaryDirectory { folder in
            let access = try AccessFixture(in: folder)
            try await access.registerOwner()
            let newest = try await access.control.auditEntries(AuditQuery(limit: 1))
            let outcome = try run(["audit", "verify", "--data-dir", folder.path], in: folder)
            #expect(outcome.status == 0)
            #expect(outcome.output == "2 entries, newest \(newest.first?.hash ?? "")\n")
        }
    }

    @Test("removes an owner who lost password and codes, and the audit log says so")
    func ownerRemove() async throws {
        try await withTemporaryDirectory { folder in
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path)
            let access = try AccessFixture(in: folder)
            try await access.registerOwner()
            let arguments = ["owner", "remove", "--data-dir", folder.path]
            #expect(try run(arguments, in: folder).output.contains("--yes"))
            #expect(try AccessFixture(in: folder).control.account != nil)
            #expect(try run(arguments + ["--yes"], in: folder).status == 0)
            let next = try AccessFixture(in: folder)
            #expect(next.control.account == nil)
            #expect(next.control.sessions().isEmpty)
            let newest = try await next.control.auditEntries(AuditQuery(limit: 1)).first
            #expect(newest?.event == "auth.owner_removed")
            #expect(newest?.actor.hasPrefix("local:") == true)
            #expect(try run(["audit", "verify", "--data-dir", folder.path], in: folder).status == 0)
            try await next.registerOwner()
        }
    }

    // One at a time: each keeps a thread waiting for the program.
    @Test("ends with the exit code that its documentation names", .serialized, arguments: endings)
    func exitCodes(line: String, status: Int32) async throws {
        try await withTemporaryDirectory { folder in
            let outcome = try run(line.split(separator: " ").map(String.init), in: folder)
            #expect(outcome.status == status)
            #expect(status == 0 ? outcome.errors.isEmpty : !outcome.errors.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test("prints findings on standard output and ends with 1 when one is an error")
    func validate() async throws {
        try await Checkout.with { checkout in
            #expect(try run(["validate"], in: checkout.root).status == 0)
            try checkout.write("{", to: "state/format.json")
            let outcome = try run(["validate"], in: checkout.root)
            #expect(outcome.status == 1)
            #expect(outcome.output.hasPrefix("state/format.json:1:2: error: "))
        }
    }

    @Test("writes a release that the gate accepts in the commit that brings it")
    func release() async throws {
        try await Checkout.with { checkout in
            #expect(try run(["release", "release-notes"], in: checkout.root.appending(path: "state")).status == 0)
            try checkout.git.run("add", "state/releases/release-notes.json")
            let empty = try checkout.git.run("commit-tree", "-m", "Start", checkout.git.run("mktree"))
            try checkout.git.run("update-ref", "refs/gitplane/releases", empty)
            try checkout.commitAll()
            let outcome = try run(["validate"], in: checkout.root)
            #expect(outcome.status == 0, "\(outcome.output)")
            #expect(!outcome.errors.contains("not checked"))
        }
    }

    @Test("names every wrong setting of a start on a line of its own")
    func settings() async throws {
        try await withTemporaryDirectory { folder in
            let environment = ["CONTROL_PLANE_PORT": "x", "GITPLANE_RATE_LIMITS": "often"]
            let outcome = try run(["serve", "--log-level", "loud"], in: folder, environment: environment)
            #expect(outcome.status == 78)
            let lines = outcome.errors.split(separator: "\n")
            for place in ["--log-level", "CONTROL_PLANE_PORT", "GITPLANE_RATE_LIMITS"] {
                #expect(lines.count { $0.contains("\(place): error: ") } == 1)
            }
        }
    }

    @Test("leaves nothing of a start with a token that is too short")
    func shortToken() async throws {
        try await withTemporaryDirectory { folder in
            let environment = ["CONTROL_PLANE_API_TOKEN": "short", "PATH": "/usr/bin:/bin"]
            let outcome = try run(["serve", "--port", "0"], in: folder, environment: environment)
            #expect(outcome.status == 78)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        }
    }

    @Test("works from an installation anywhere, without environment")
    func installation() async throws {
        try await withTemporaryDirectory { folder in
            let files = FileManager.default
            let share = try ShareDirectory.ofThisProgram()
            let target = folder.appending(path: "prefix/share/gitplane")
            for path in [folder.appending(path: "prefix/bin"), target] {
                try files.createDirectory(at: path, withIntermediateDirectories: true)
            }
            for name in ["openapi", "schemas", "catalogue"] {
                try files.copyItem(at: share.url.appending(path: name), to: target.appending(path: name))
            }
            let program = folder.appending(path: "prefix/bin/gitplane")
            try copy(Self.built(), to: program)
            #expect(try run(["schema", "agent"], program: program, in: folder).status == 0)
            try files.removeItem(at: target.appending(path: "schemas"))
            #expect(try run(["schema", "agent"], program: program, in: folder).status == 78)
        }
    }
}
