import Foundation
import StateRepo
import TestSupport
import Testing

@Suite("The program's data")
struct ShareDirectoryTests {
    /// A folder with what identifies the data.
    private func makeData(in folder: URL) throws {
        for (path, name) in [("openapi", "control-plane.json"), ("schemas", "agent.json")] {
            let directory = folder.appending(path: path)
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            try Data("{}".utf8).write(to: directory.appending(path: name))
        }
    }

    @Test("are in share/gitplane beside the folder of an installed program")
    func installed() async throws {
        try await withTemporaryDirectory { root in
            let share = root.appending(path: "prefix/share/gitplane")
            try makeData(in: share)
            let found = try ShareDirectory(of: root.appending(path: "prefix/bin/gitplane"))
            #expect(found.url.path == share.path)
            #expect(found.contract.path == share.appending(path: "openapi/control-plane.json").path)
        }
    }

    @Test("are in the checkout around a program that was built there")
    func checkout() async throws {
        try await withTemporaryDirectory { root in
            try makeData(in: root)
            let found = try ShareDirectory(of: root.appending(path: ".build/debug/gitplane"))
            #expect(found.url.path == root.path)
        }
    }

    @Test("of an installation win over a checkout around it")
    func precedence() async throws {
        try await withTemporaryDirectory { root in
            let share = root.appending(path: "share/gitplane")
            try makeData(in: root)
            try makeData(in: share)
            #expect(try ShareDirectory(of: root.appending(path: "bin/gitplane")).url.path == share.path)
        }
    }

    @Test("are missed with the places that were searched", arguments: ["openapi", "schemas"])
    func missing(folder: String) async throws {
        try await withTemporaryDirectory { root in
            try makeData(in: root)
            try FileManager.default.removeItem(at: root.appending(path: folder))
            #expect { try ShareDirectory(at: root) } throws: { error in
                (error as? ShareDirectoryError)?.searched == [root]
            }
            #expect(throws: ShareDirectoryError.self) { try ShareDirectory(of: root.appending(path: "bin/gitplane")) }
        }
    }
}
