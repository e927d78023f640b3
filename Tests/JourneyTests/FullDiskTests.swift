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
            try FileManager.default.removeItem(at: filler)
            let next = try ServerProcess(dataIn: disk.folder)
            #expect(try next.client.description(of: "atlas") == "kept")
            try next.stop()
        }
    }
}
