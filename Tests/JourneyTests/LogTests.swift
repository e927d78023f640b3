import Documents
import Foundation
import TestSupport
import Testing

@Suite("The log of a server")
struct LogTests {
    private static let json = ["--log-format", "json"]

    /// Every line, each of which has to be an event.
    private func events(_ text: String) throws -> [JSONValue] {
        try text.split(separator: "\n").map { line in
            let event = try JSONValue(parsing: Array(line.utf8))
            for key in ["time", "level", "message"] { #expect(event[key]?.stringValue != nil, "\(line)") }
            return event
        }
    }

    @Test("in JSON has nothing but objects, the words of a first start and of a refused one included")
    func json() async throws {
        try await withTemporaryDirectory { directory in
            let folder = directory.appending(path: "data")
            let server = try ServerProcess(dataIn: folder, arguments: Self.json)
            try server.client.createAgent("atlas")
            let refusal = try ServerProcess.refusal(dataIn: folder, arguments: Self.json)
            #expect(refusal.ending == .exited(78))
            let code = try String(contentsOf: folder.appending(path: "setup-code"), encoding: .utf8)
            try server.stop()
            let ready = try events(server.output)
            #expect(ready.count == 1)
            #expect(ready.first?["files"]?.stringValue == server.files)
            let logged = try events(server.errors)
            #expect(logged.contains { $0["setup_code_file"]?.stringValue?.hasSuffix("/data/setup-code") == true })
            #expect(!server.errors.contains(code.trimmingCharacters(in: .whitespacesAndNewlines)))
            let keeping = logged.compactMap { $0["recovery_key_file"]?.stringValue }
            #expect(keeping == [folder.appending(path: "recovery-key").path])
            #expect(!server.errors.contains("AGE-SECRET-KEY-"))
            let doctor = try CommandRun.gitplane("doctor", "--data-dir", folder.path, near: folder)
            #expect(doctor.text.contains("recovery-key: it opens the secrets"))
            let refused = logged.filter { $0["exit_code"] == "78" }
            #expect(refused.count == 1)
            #expect(refused.first?["message"]?.stringValue?.contains("process \(server.processID)") == true)
        }
    }
}
