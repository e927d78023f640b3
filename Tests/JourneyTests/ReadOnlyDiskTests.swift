import Documents
import Foundation
import TestSupport
import Testing

@Suite("A data folder on a disk that has become read-only")
struct ReadOnlyDiskTests {
    @Test(
        "is served on, takes no write, and says why; after a start on a disk that is mounted again it has everything",
        arguments: [nil, "a-break-glass-token-of-a-test-0123456789"]
    )
    func running(token: String?) async throws {
        try await withTemporaryDirectory { directory in
            guard let disk = try CutDisk(below: directory) else { return }
            defer { withExtendedLifetime(disk) {} }
            let folder = disk.folder.appending(path: "data")
            let environment = token.map { ["CONTROL_PLANE_API_TOKEN": $0] } ?? [:]
            let server = try ServerProcess(dataIn: folder, environment: environment)
            try server.client.createAgent("atlas", description: "old")
            #expect(try server.client.describe("atlas", as: "kept").isSuccess)
            #expect(try server.client.condition("WritesFailing") == nil)
            guard try disk.makeReadOnly() else { return }
            for number in 0..<5 {
                let answer = try server.client.describe("atlas", as: "refused \(number)")
                #expect(answer.status == 503, "\(answer)")
            }
            #expect(try server.client.description(of: "atlas") == "kept")
            try server.wait(for: "the condition") { try server.client.condition("WritesFailing") != nil }
            let condition = try server.client.condition("WritesFailing")
            #expect(condition?["reason"] == "StorageUnwritable")
            #expect(condition?["message"]?.stringValue?.contains("Read-only file system") == true, "\(server.errors)")
            #expect(condition?["message"]?.stringValue?.contains(folder.path) == false)
            #expect(try server.client.condition("Ready")?["status"] == "True")
            try server.kill()
            try disk.cut()
            let next = try ServerProcess(dataIn: folder)
            #expect(try next.client.description(of: "atlas") == "kept")
            #expect(try next.client.condition("WritesFailing") == nil)
            try next.endWhole()
        }
    }

    @Test("can be backed up, and its audit log verified, when its server has stopped")
    func stopped() async throws {
        try await withTemporaryDirectory { directory in
            guard let disk = try CutDisk(below: directory) else { return }
            defer { withExtendedLifetime(disk) {} }
            let folder = disk.folder.appending(path: "data")
            let server = try ServerProcess(dataIn: folder)
            try server.client.createAgent("atlas", description: "kept")
            try server.stop()
            let head = try server.head()
            try disk.remountReadOnly()
            func run(_ arguments: String...) throws -> CommandRun { try .gitplane(arguments, near: directory) }
            let verified = try run("audit", "verify", "--data-dir", folder.path)
            #expect(verified.ending == .exited(0), "\(verified.text)")
            let backup = directory.appending(path: "backup").path
            let made = try run("backup", backup, "--data-dir", folder.path, "--with-identity")
            #expect(made.ending == .exited(0), "\(made.text)")
            let restored = directory.appending(path: "restored")
            let again = try run("restore", backup, "--data-dir", restored.path)
            #expect(again.ending == .exited(0), "\(again.text)")
            let next = try ServerProcess(dataIn: restored)
            #expect(try next.head() == head)
            #expect(try next.client.description(of: "atlas") == "kept")
            try next.stop()
        }
    }
}
