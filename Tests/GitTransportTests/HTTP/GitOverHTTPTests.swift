import Foundation
import GitTransport
import StateRepo
import TestSupport
import Testing

@Suite("The real git over HTTP", .serialized, .timeLimit(.minutes(15)))
struct GitOverHTTPTests {
    private let valid = #"{"display_name": "Atlas", "mission_profile": {"mission": "Test the door."}}"#

    @Test("clones in every version of the protocol", arguments: ["0", "1", "2"])
    func clone(version: String) async throws {
        try await withHTTPScenario { scenario in
            let copy = try await scenario.clone("copy", ["-c", "protocol.version=\(version)"])
            #expect(try copy.git.run("rev-parse", "HEAD") == scenario.gate.fixture.git.run("rev-parse", "main"))
            try copy.git.run("fsck", "--strict")
        }
    }

    @Test("gets nothing from a process that needs more than it may use")
    func fetchLimits() async throws {
        var options = HTTPScenarioOptions()
        options.fetchLimits.maximumMemory = 1 << 20
        try await withHTTPScenario(options) { scenario in
            await #expect(throws: Git.Failure.self) { try await scenario.clone("copy") }
        }
    }

    @Test("fetches the server's own refs, which a push does not see")
    func ownRefs() async throws {
        try await withHTTPScenario { scenario in
            try scenario.gate.fixture.git.run("update-ref", "refs/gitplane/releases", "main")
            let copy = try await scenario.clone("copy")
            let refs = try await scenario.run(copy.git, "ls-remote", "origin")
            #expect(refs.contains("refs/gitplane/releases"))
            let answer = try await RawConnection.exchange(
                port: scenario.port,
                "GET /git/state.git/info/refs?service=git-receive-pack HTTP/1.1\r\nHost: localhost\r\n"
                    + "Authorization: Bearer \(HTTPScenario.token)\r\nConnection: close\r\n\r\n"
            )
            #expect(answer.contains("refs/heads/main"))
            #expect(!answer.contains("refs/gitplane"))
        }
    }

    @Test("makes shallow clones and deepens them")
    func shallow() async throws {
        try await withHTTPScenario { scenario in
            let first = try await scenario.clone("first")
            try first.commit("second")
            try await scenario.run(first.git, "push", "--quiet", "origin", "main")
            let copy = try await scenario.clone("copy")
            #expect(try copy.git.run("rev-list", "--count", "HEAD") == "2")
            let folder = scenario.gate.fixture.directory
            let git = Git(directory: folder.path)
            try await scenario.run(git, "clone", "--quiet", "--depth", "1", scenario.url(), "shallow")
            let shallow = Git(directory: folder.appending(path: "shallow").path)
            #expect(try shallow.run("rev-list", "--count", "HEAD") == "1")
            try await scenario.run(shallow, "fetch", "--quiet", "--unshallow")
            #expect(try shallow.run("rev-list", "--count", "HEAD") == "2")
        }
    }

    @Test("makes partial clones, and gets what they lack when it is needed")
    func partial() async throws {
        try await withHTTPScenario { scenario in
            let folder = scenario.gate.fixture.directory
            let git = Git(directory: folder.path)
            try await scenario.run(
                git,
                "clone",
                "--quiet",
                "--no-checkout",
                "--filter=blob:none",
                scenario.url(),
                "partial"
            )
            let partial = Git(directory: folder.appending(path: "partial").path)
            #expect(try partial.run("rev-list", "--objects", "--missing=print", "HEAD").contains("\n?"))
            try await scenario.run(partial, "checkout", "--quiet", "main")
            #expect(FileManager.default.fileExists(atPath: partial.directory + "/state/format.json"))
        }
    }

    @Test("pushes what is valid, in the name of who sent the request")
    func push() async throws {
        try await withHTTPScenario { scenario in
            let copy = try await scenario.clone("copy")
            try copy.write("state/agents/atlas/agent.json", valid)
            let commit = try copy.commit()
            try await scenario.run(copy.git, "push", "--quiet", "origin", "main")
            #expect(try scenario.gate.fixture.git.run("rev-parse", "main") == commit.description)
            let holder = try #require(scenario.ended.holders.first)
            #expect(scenario.ended.holders.count == 1)
            #expect(holder.principal == .test([.stateRead, .stateWrite, .agentsPublish]))
            #expect(!holder.requestID.isEmpty)
            try scenario.gate.fixture.git.run("fsck", "--strict")
        }
    }

    @Test("pushes large packs in chunks")
    func chunked() async throws {
        try await withHTTPScenario { scenario in
            let copy = try await scenario.clone("copy")
            for index in 0..<8 {
                let words = (0..<10_000).map { _ in String(UInt64.random(in: 0 ... .max), radix: 36) }
                try copy.write("docs/words-\(index).md", words.joined(separator: "\n") + "\n")
            }
            let commit = try copy.commit()
            try await scenario.run(
                copy.git,
                "-c",
                "http.postBuffer=65536",
                "push",
                "--quiet",
                "origin",
                "main"
            )
            #expect(try scenario.gate.fixture.git.run("rev-parse", "main") == commit.description)
        }
    }

    @Test("is told why a push is refused, and leaves nothing behind")
    func refused() async throws {
        try await withHTTPScenario { scenario in
            let copy = try await scenario.clone("copy")
            let before = try scenario.gate.fixture.git.run("count-objects", "-v")
            try copy.write("state/agents/atlas/agent.json", "{\n  \"display_name\": \"Atlas\",\n    }\n")
            try copy.commit()
            let outcome = await scenario.push(copy, "origin", "main")
            #expect(!outcome.isAccepted)
            #expect(outcome.remarks.first?.hasPrefix("state/agents/atlas/agent.json:3:5: ") == true)
            #expect(try scenario.gate.fixture.git.run("count-objects", "-v") == before)
        }
    }

    @Test(
        "is told by the commands alone what cannot be pushed",
        arguments: [
            "HEAD:refs/gitplane/releases", "HEAD:refs/notes/gitplane", "HEAD:refs/meta/x", ":refs/heads/main",
        ]
    )
    func refusedRefs(refspec: String) async throws {
        try await withHTTPScenario { scenario in
            let copy = try await scenario.clone("copy")
            try copy.commit()
            let failure = await #expect(throws: Git.Failure.self) {
                try await scenario.run(copy.git, "push", "origin", refspec)
            }
            let outcome = PushOutcome(isAccepted: false, output: failure?.standardError ?? "")
            #expect(outcome.output.contains("[remote rejected]"))
            #expect(outcome.remarks.last == "refused, nothing was changed: 1 error")
            #expect(scenario.ended.holders.isEmpty)
        }
    }

    @Test("makes, rewrites and deletes other branches")
    func branches() async throws {
        try await withHTTPScenario { scenario in
            let copy = try await scenario.clone("copy")
            try copy.commit("one")
            let refs = { try scenario.gate.fixture.git.run("for-each-ref", "--format=%(refname)", "refs/heads") }
            try await scenario.run(copy.git, "push", "--quiet", "origin", "HEAD:refs/heads/nested/proposal")
            #expect(try refs() == "refs/heads/main\nrefs/heads/nested/proposal")
            try copy.git.run("commit", "--quiet", "--amend", "--allow-empty", "--message", "two")
            try await scenario.run(copy.git, "push", "--quiet", "--force", "origin", "HEAD:refs/heads/nested/proposal")
            let moved = try scenario.gate.fixture.git.run("rev-parse", "refs/heads/nested/proposal")
            #expect(try moved == copy.git.run("rev-parse", "HEAD"))
            try await scenario.run(copy.git, "push", "--quiet", "origin", ":refs/heads/nested/proposal")
            #expect(try refs() == "refs/heads/main")
        }
    }

    @Test("may not rewrite main")
    func mainIsKept() async throws {
        try await withHTTPScenario { scenario in
            let copy = try await scenario.clone("copy")
            try copy.git.run("commit", "--quiet", "--amend", "--allow-empty", "--message", "another start")
            let before = try scenario.gate.fixture.git.run("rev-parse", "main")
            let outcome = await scenario.push(copy, "--force", "origin", "HEAD:main")
            #expect(!outcome.isAccepted)
            #expect(try scenario.gate.fixture.git.run("rev-parse", "main") == before)
        }
    }

    @Test("with a wrong token, or one that only reads, cannot push")
    func credentials() async throws {
        try await withHTTPScenario { scenario in
            let copy = try await scenario.clone("copy", token: "state:read")
            try copy.commit()
            for token in ["state:read", "nonsense"] {
                let outcome = await scenario.push(copy, scenario.url(token), "HEAD:main")
                #expect(!outcome.isAccepted)
            }
            #expect(scenario.ended.holders.isEmpty)
        }
    }
}

extension HTTPScenario {
    /// Pushes, and says what came of it.
    func push(_ copy: WorkingCopy, _ arguments: String...) async -> PushOutcome {
        do {
            return try await gate.push(from: copy, arguments)
        } catch {
            return PushOutcome(isAccepted: false, output: "\(error)")
        }
    }
}
