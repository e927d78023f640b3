import Documents
import Foundation
import GitTransport
import Testing

@Suite("What the hook reads at most")
struct GateLimitTests {
    @Test(
        "An answer has so many lines of such a length and no more",
        arguments: [
            (GateLimits.maximumLines, 1, true), (GateLimits.maximumLines + 1, 1, false),
            (1, GateLimits.maximumLineLength, true), (1, GateLimits.maximumLineLength + 1, false),
        ]
    )
    func answers(count: Int, length: Int, isRead: Bool) throws {
        let lines = Array(repeating: String(repeating: "x", count: length), count: count)
        let json = GateAnswer(isAccepted: true, lines: lines).json
        if isRead {
            #expect(try GateAnswer(json: json).lines == lines)
        } else {
            let error = #expect(throws: GateError.self) { try GateAnswer(json: json) }
            #expect(error?.code == .malformed)
        }
    }

    @Test("The list of refs is read up to its limit, and a longer one refuses the push", arguments: [0, 1])
    func input(excess: Int) async throws {
        try await withTemporaryFile(of: HookRunner.maximumInput + excess) { handle in
            let environment = ["GIT_DIR": ".", "GIT_QUARANTINE_PATH": "/q"]
            let hook = HookRunner(client: GateClient(socketPath: "/nowhere"), environment: environment)
            let outcome = await hook.run(standardInput: handle.fileDescriptor)
            #expect(outcome.status == 1)
            // The text within the limit is read, and then seen not to be git's.
            #expect(outcome.lines.contains { $0.contains("too many refs") } == (excess == 1))
        }
    }

    private func withTemporaryFile(of size: Int, _ body: (FileHandle) async throws -> Void) async throws {
        let file = URL.temporaryDirectory.appending(path: "gitplane-hook-\(UUID().uuidString)")
        try Data(repeating: 0x78, count: size).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try await body(FileHandle(forReadingFrom: file))
    }
}
