import Foundation
import GitTransport
import StateRepo
import Testing

@Suite("The pre-receive hook")
struct HookRunnerTests {
    private let id = String(repeating: "a", count: 40)
    private let zero = String(repeating: "0", count: 40)

    private func hook(_ environment: [String: String]) -> HookRunner {
        HookRunner(client: GateClient(socketPath: "/nonexistent/gate.sock"), environment: environment)
    }

    @Test("reads the refs, the options and the quarantine from git")
    func proposal() throws {
        let environment = [
            "GIT_DIR": ".", "GIT_QUARANTINE_PATH": "/q", "GIT_PUSH_OPTION_COUNT": "2", "GIT_PUSH_OPTION_0": "a",
            "GIT_PUSH_OPTION_1": "b c",
        ]
        let input = "\(zero) \(id) refs/heads/a b\n\(id) \(zero) refs/tags/x\n"
        let push = try hook(environment).proposal(Array(input.utf8))
        let object = try #require(AnyObjectID(id))
        let updates = [
            RefUpdate(ref: "refs/heads/a b", old: nil, new: object),
            RefUpdate(ref: "refs/tags/x", old: object, new: nil),
        ]
        #expect(push == PushProposal(updates: updates, options: ["a", "b c"], quarantine: "/q"))
    }

    @Test("does without a quarantine when only refs are deleted")
    func deletion() throws {
        let push = try hook(["GIT_DIR": "."]).proposal(Array("\(id) \(zero) refs/heads/a\n".utf8))
        #expect(push.quarantine == nil)
    }

    @Test(
        "refuses when git does not say what it must",
        arguments: [
            ("environment", [:]), ("quarantine", ["GIT_DIR": "."]),
            ("count", ["GIT_DIR": ".", "GIT_QUARANTINE_PATH": "/q", "GIT_PUSH_OPTION_COUNT": "17"]),
            ("no number", ["GIT_DIR": ".", "GIT_QUARANTINE_PATH": "/q", "GIT_PUSH_OPTION_COUNT": "x"]),
            ("option", ["GIT_DIR": ".", "GIT_QUARANTINE_PATH": "/q", "GIT_PUSH_OPTION_COUNT": "1"]),
        ]
    )
    func environment(name: String, environment: [String: String]) {
        let input = Array("\(zero) \(id) refs/heads/a\n".utf8)
        #expect { try hook(environment).proposal(input) } throws: { ($0 as? GateError)?.code == .environment }
    }

    @Test("takes as many and as long options as the limits say and no more", arguments: [0, 1])
    func optionLimits(excess: Int) throws {
        var environment = ["GIT_DIR": ".", "GIT_QUARANTINE_PATH": "/q"]
        environment["GIT_PUSH_OPTION_COUNT"] = String(PushProposal.maximumOptions)
        for index in 0..<PushProposal.maximumOptions {
            let length = PushProposal.maximumOptionLength + (index == 3 ? excess : 0)
            environment["GIT_PUSH_OPTION_\(index)"] = String(repeating: "x", count: length)
        }
        let hook = hook(environment)
        let input = Array("\(zero) \(id) refs/heads/a\n".utf8)
        if excess == 0 {
            #expect(try hook.proposal(input).options.count == PushProposal.maximumOptions)
        } else {
            #expect { try hook.proposal(input) } throws: { ($0 as? GateError)?.code == .environment }
        }
    }

    @Test("refuses input that is not git's", arguments: ["", "x\n", "a b c\n", "\u{0}"])
    func input(text: String) {
        let environment = ["GIT_DIR": ".", "GIT_QUARANTINE_PATH": "/q"]
        #expect { try hook(environment).proposal(Array(text.utf8)) } throws: {
            ($0 as? GateError)?.code == .environment
        }
    }

    @Test("takes as many refs as the limit says and no more", arguments: [0, 1])
    func refCount(excess: Int) throws {
        let environment = ["GIT_DIR": ".", "GIT_QUARANTINE_PATH": "/q"]
        let lines = (0..<(PushProposal.maximumUpdates + excess)).map { "\(zero) \(id) refs/heads/b\($0)\n" }
        let input = Array(lines.joined().utf8)
        if excess == 0 {
            #expect(try hook(environment).proposal(input).updates.count == PushProposal.maximumUpdates)
        } else {
            #expect { try hook(environment).proposal(input) } throws: { ($0 as? GateError)?.code == .environment }
        }
    }

    @Test("ends with 1 and one line when nobody answers")
    func nobody() async throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("\(zero) \(id) refs/heads/a\n".utf8))
        try pipe.fileHandleForWriting.close()
        let environment = ["GIT_DIR": ".", "GIT_QUARANTINE_PATH": "/q"]
        let outcome = await hook(environment).run(standardInput: pipe.fileHandleForReading.fileDescriptor)
        #expect(outcome.status == 1)
        #expect(outcome.lines == [HookRunner.notRunning])
    }
}
