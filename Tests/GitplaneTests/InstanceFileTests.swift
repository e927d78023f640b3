import Foundation
import TestSupport
import Testing

@testable import Gitplane

@Suite("The name of an installation")
struct InstanceFileTests {
    private func withFolder(holding names: [String], _ body: (DataFolder) throws -> Void) async throws {
        try await withTemporaryDirectory { directory in
            for name in names {
                let place = directory.appending(path: name)
                try FileManager.default.createDirectory(
                    at: place.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try Data().write(to: place)
            }
            try body(DataFolder(directory))
        }
    }

    @Test("is made once, also after a start that was cut off before it was in place")
    func once() async throws {
        try await withFolder(holding: ["instance.json.new", "lock"]) { folder in
            let first = try InstanceFile.open(in: folder, replacing: false)
            let again = try InstanceFile.open(in: folder, replacing: false)
            #expect(again.identity == first.identity)
            #expect(again.cursorKey == first.cursorKey)
        }
    }

    @Test(
        "is not made anew beside what was made under it, unless that is asked for",
        arguments: ["state.git/objects/x", "secrets.age"]
    )
    func lost(name: String) async throws {
        try await withFolder(holding: [name]) { folder in
            let failure = #expect(throws: CommandFailure.self) {
                _ = try InstanceFile.open(in: folder, replacing: false)
            }
            #expect(failure?.status == .configuration)
            #expect(failure?.lines.first?.contains("--new-instance") == true)
            #expect(!FileManager.default.fileExists(atPath: folder.instance))
            let made = try InstanceFile.open(in: folder, replacing: true)
            #expect(try InstanceFile.open(in: folder, replacing: true).identity == made.identity)
        }
    }

    @Test("that is damaged, or is a folder, is refused with its path", arguments: ["", "{}", "/"])
    func damaged(content: String) async throws {
        try await withFolder(holding: []) { folder in
            let place = URL(filePath: folder.instance)
            if content == "/" {
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false)
            } else {
                try Data(content.utf8).write(to: place)
            }
            for isReplacing in [false, true] {
                let failure = #expect(throws: CommandFailure.self) {
                    _ = try InstanceFile.open(in: folder, replacing: isReplacing)
                }
                #expect(failure?.status == .configuration)
                #expect(failure?.lines.first?.contains(folder.instance) == true)
            }
        }
    }
}
