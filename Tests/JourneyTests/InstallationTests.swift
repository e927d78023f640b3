import Documents
import Foundation
import TestSupport
import Testing

@Suite("An installed tree")
struct InstallationTests {
    @Test("serves from anywhere, with what travels beside the program and without the checkout")
    func elsewhere() async throws {
        try await withTemporaryDirectory { directory in
            let program = try install(below: directory.appending(path: "usr"))
            let server = try ServerProcess(dataIn: directory.appending(path: "data"), program: program)
            #expect(try server.client.api("GET", "skills").json()["items"]?.arrayValue?.count == 17)
            #expect(try server.client.send("GET", "/schemas/agent.json").status == 200)
            #expect(try server.client.send("GET", "/openapi/control-plane.json").status == 200)
            try server.client.createAgent("atlas")
            #expect(try server.client.publish("atlas").isSuccess)
            let clone = try server.clone(named: "clone")
            #expect(FileManager.default.fileExists(atPath: clone.directory + "/.gitattributes"))
            try clone.commit(["docs/notes.md": "# Notes\n"])
            try clone.run("push", "--quiet")
        }
    }

    /// Lays out what `make install` does, from the program that was built with the tests.
    ///
    /// - Returns: the path of the installed program.
    private func install(below prefix: URL) throws -> String {
        let files = FileManager.default
        let share = prefix.appending(path: "share/gitplane")
        for folder in ["bin", "share/gitplane"] {
            try files.createDirectory(at: prefix.appending(path: folder), withIntermediateDirectories: true)
        }
        for name in try sharedFolders() {
            try files.copyItem(at: Self.checkout.appending(path: name), to: share.appending(path: name))
        }
        let program = prefix.appending(path: "bin/gitplane")
        // Journeys run one at a time, so that no process of another test has the new file open for writing.
        try files.copyItem(at: URL(filePath: ServerProcess.executable()), to: program)
        return program.path
    }

    /// The folders that the Makefile installs.
    private func sharedFolders() throws -> [String] {
        let makefile = try String(contentsOf: Self.checkout.appending(path: "Makefile"), encoding: .utf8)
        let line = makefile.split(separator: "\n").first { $0.hasPrefix("SHARED := ") }
        let names = try #require(line).dropFirst("SHARED := ".count)
        return names.split(separator: " ").map(String.init)
    }

    private static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}
