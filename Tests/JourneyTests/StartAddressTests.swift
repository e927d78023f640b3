import Foundation
import TestSupport
import Testing

@Suite("Starting a server on an address")
struct StartAddressTests {
    private static let settings = ["--port", "GITPLANE_METRICS_LISTEN"]

    @Test("that is in use ends with 69, names it and the setting, and leaves nothing", arguments: settings)
    func inUse(setting: String) async throws {
        try await withServer { server in
            let address = "127.0.0.1:\(server.client.port)"
            let folder = server.folder.deletingLastPathComponent().appending(path: "other")
            let refusal = try ServerProcess.refusal(
                dataIn: folder,
                arguments: setting == "--port" ? ["--port", "\(server.client.port)"] : [],
                environment: setting == "--port" ? [:] : [setting: address]
            )
            #expect(refusal.ending == .exited(69), "\(refusal.errors)")
            #expect(refusal.errors.contains("gitplane: error: \(address) is in use: "), "\(refusal.errors)")
            #expect(refusal.errors.contains(setting), "\(refusal.errors)")
            #expect(!exists(folder))
            #expect(try server.client.api("GET", "agents").status == 200)
        }
    }

    @Test("that is for both the API and the metrics ends with 69, and leaves nothing")
    func same() async throws {
        try await withServer { server in
            // Whoever may have taken it since makes no difference.
            let (port, folder) = (
                server.client.port, server.folder.deletingLastPathComponent().appending(path: "other")
            )
            try server.stop()
            let refusal = try ServerProcess.refusal(
                dataIn: folder,
                arguments: ["--port", "\(port)"],
                environment: ["GITPLANE_METRICS_LISTEN": "127.0.0.1:\(port)"]
            )
            #expect(refusal.ending == .exited(69), "\(refusal.errors)")
            #expect(!exists(folder))
        }
    }

    @Test(
        "that this machine does not have ends with 78, names it, and takes away only what it made",
        arguments: ["192.0.2.1"]
    )
    func elsewhere(host: String) async throws {
        try await withTemporaryDirectory { directory in
            let folder = directory.appending(path: "data")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path)
            try Data("{}".utf8).write(to: folder.appending(path: "gitplane.json"))
            for _ in 0..<2 {
                let refusal = try ServerProcess.refusal(dataIn: folder, arguments: ["--host", host, "--insecure"])
                #expect(refusal.ending == .exited(78), "\(refusal.errors)")
                #expect(refusal.errors.contains("\(host):0 "), "\(refusal.errors)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["gitplane.json"])
            }
        }
    }

    @Test("that cannot be had leaves a data folder that was there as it is")
    func kept() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "kept")
            let head = try server.head()
            try server.stop()
            let refusal = try ServerProcess.refusal(
                dataIn: server.folder,
                arguments: ["--host", "192.0.2.1", "--insecure"]
            )
            #expect(refusal.ending == .exited(78), "\(refusal.errors)")
            let next = try ServerProcess(dataIn: server.folder)
            #expect(try next.head() == head)
            #expect(try next.client.description(of: "atlas") == "kept")
        }
    }

    private func exists(_ folder: URL) -> Bool { FileManager.default.fileExists(atPath: folder.path) }
}
