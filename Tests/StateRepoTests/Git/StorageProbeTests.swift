import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("Whether anything can be written where the repository is")
struct StorageProbeTests {
    @Test("is found out by a file that is gone afterwards, also where a crash left one")
    func writable() async throws {
        try await withTemporaryDirectory { directory in
            let probe = StorageProbe(repositoryAt: directory.path)
            let objects = directory.appending(path: "objects")
            try FileManager.default.createDirectory(at: objects, withIntermediateDirectories: true)
            #expect(probe.run()?.reason == "No such file or directory")
            let heads = directory.appending(path: "refs/heads")
            try FileManager.default.createDirectory(at: heads, withIntermediateDirectories: true)
            #expect(probe.run() == nil)
            try Data().write(to: objects.appending(path: "tmp_obj_gitplane_probe"))
            #expect(probe.run() == nil)
            #expect(try FileManager.default.contentsOfDirectory(atPath: objects.path) == [])
        }
    }

    @Test("is told in the system's words, without a path")
    func unwritable() async throws {
        try await withTemporaryDirectory { directory in
            let problem = StorageProbe(repositoryAt: directory.appending(path: "gone").path).run()
            #expect(problem?.reason == "No such file or directory")
            #expect(problem?.isFull == false)
        }
    }
}
