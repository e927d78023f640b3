import Documents
import Foundation
import TestSupport
import Testing

@Suite("A data folder on a full disk")
struct FullDiskTests {
    @Test(
        "stops a start with 74 and keeps its doctor from looking, and both say to make room",
        arguments: [0, 12 << 10]
    )
    func full(room: Int) async throws {
        try await withTemporaryDirectory { directory in
            guard let disk = try SmallDisk(at: directory.appending(path: "data"), size: 24 << 20) else { return }
            defer { withExtendedLifetime(disk) {} }
            let server = try ServerProcess(dataIn: disk.folder)
            try server.client.createAgent("atlas", description: "kept")
            try server.stop()
            let filler = try disk.fill(leaving: room)
            let refusal = try ServerProcess.refusal(dataIn: disk.folder)
            #expect(refusal.ending == .exited(74), "\(refusal.errors)")
            #expect(refusal.errors.contains("local.sqlite cannot be used: "), "\(refusal.errors)")
            #expect(refusal.errors.contains("make room on the disk"), "\(refusal.errors)")
            let doctor = try CommandRun.gitplane("doctor", "--data-dir", disk.folder.path, near: disk.folder)
            #expect(doctor.ending == .exited(1))
            #expect(doctor.lines("you").contains { $0.contains("local.sqlite: ") && $0.contains("make room") })
            #expect(!doctor.text.contains("cannot be read"), "\(doctor.text)")
            #expect(doctor.lines("you").contains { $0.contains("data folder: no server starts") }, "\(doctor.text)")
            try FileManager.default.removeItem(at: filler)
            let next = try ServerProcess(dataIn: disk.folder)
            #expect(try next.client.description(of: "atlas") == "kept")
            try next.stop()
        }
    }

    @Test(
        "refuses every write with 507 as long as it lasts, says so, and serves; with room again all is well by itself",
        arguments: [nil, "a-break-glass-token-of-a-test-0123456789"]
    )
    func running(token: String?) async throws {
        try await withTemporaryDirectory { directory in
            guard let disk = try SmallDisk(at: directory.appending(path: "data"), size: 24 << 20) else { return }
            defer { withExtendedLifetime(disk) {} }
            let environment = token.map { ["CONTROL_PLANE_API_TOKEN": $0] } ?? [:]
            let server = try ServerProcess(dataIn: disk.folder, environment: environment)
            try server.client.createAgent("atlas", description: "kept")
            let filler = try disk.fill(leaving: 0)
            // What is open already may have room for a few more.
            for number in 0..<1_000 where try server.client.describe("atlas", as: "\(number)").isSuccess {}
            let kept = try server.client.description(of: "atlas")
            for number in 0..<5 {
                let answer = try server.client.describe("atlas", as: "refused \(number)")
                #expect(answer.status == 507, "\(answer.status)")
                #expect(try answer.json()["code"] == "storage.full")
            }
            let login = try server.client.api("POST", "auth/login", body: #"{"identifier": "a", "password": "b"}"#)
            #expect([401, 507].contains(login.status))
            #expect(try server.client.description(of: "atlas") == kept)
            try server.wait(for: "the condition") { try server.client.condition("StorageFull") != nil }
            #expect(try server.client.condition("Ready")?["status"] == "True")
            try FileManager.default.removeItem(at: filler)
            try server.wait(for: "its end") { try server.client.condition("StorageFull") == nil }
            #expect(try server.client.describe("atlas", as: "after").isSuccess)
            try server.stop()
        }
    }
}
