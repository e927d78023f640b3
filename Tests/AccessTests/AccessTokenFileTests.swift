import Access
import Foundation
import TestSupport
import Testing

@Suite("The file access-token")
struct AccessTokenFileTests {
    @Test("The first start makes it, for its owner alone, and later starts read the same token")
    func creation() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "access-token").path
            let token = try AccessTokenFile(path: path).readOrCreate().withExposedText { $0 }
            #expect(token.hasPrefix(AccessTokenFile.prefix))
            #expect(token.utf8.count == AccessTokenFile.prefix.utf8.count + 64)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == token + "\n")
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try AccessTokenFile(path: path).readOrCreate().withExposedText { $0 } == token)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["access-token"])
        }
    }

    @Test("Two data folders get different tokens")
    func randomness() async throws {
        try await withTemporaryDirectory { directory in
            let tokens = try ["a", "b"].map { name in
                try AccessTokenFile(path: directory.appending(path: name).path).readOrCreate().withExposedText { $0 }
            }
            #expect(tokens[0] != tokens[1])
        }
    }

    @Test(
        "A file that somebody else could read, or that holds no token, is refused",
        arguments: [
            (0o644, String(repeating: "a", count: 40)), (0o640, String(repeating: "a", count: 40)), (0o600, "short"),
            (0o600, "\n" + String(repeating: "a", count: 40)), (0o600, String(repeating: "a", count: 600)),
        ]
    )
    func refused(mode: Int, content: String) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "access-token").path
            try Data(content.utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            let error = #expect(throws: AccessError.self) { try AccessTokenFile(path: path).readOrCreate() }
            #expect(error?.code == .tokenFile)
        }
    }

    @Test("The file is read up to its limit", arguments: [(511, true), (512, false)])
    func size(bytes: Int, isAccepted: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "access-token").path
            try Data((String(repeating: "a", count: bytes - 1) + "\n").utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            if isAccepted {
                #expect(try AccessTokenFile(path: path).readOrCreate().withExposedText { $0.utf8.count } == bytes - 1)
            } else {
                #expect(throws: AccessError.self) { try AccessTokenFile(path: path).readOrCreate() }
            }
        }
    }

    @Test("A link in its place is refused")
    func link() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "access-token").path
            let target = directory.appending(path: "target").path
            _ = try AccessTokenFile(path: target).readOrCreate()
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
            #expect(throws: AccessError.self) { try AccessTokenFile(path: path).readOrCreate() }
        }
    }

    @Test("An empty file, left by a start that died, is made again; a removed one too")
    func repair() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending(path: "access-token").path
            try Data().write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            let file = AccessTokenFile(path: path)
            let token = try file.readOrCreate().withExposedText { $0 }
            try file.remove()
            try file.remove()
            #expect(try file.readOrCreate().withExposedText { $0 } != token)
        }
    }

    @Test("A folder that does not exist is a failure that names the file")
    func missingFolder() {
        let error = #expect(throws: AccessError.self) { try AccessTokenFile(path: "/nonexistent/token").readOrCreate() }
        #expect(error?.message.contains("/nonexistent/token") == true)
    }
}
