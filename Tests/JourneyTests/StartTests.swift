import Documents
import Foundation
import TestSupport
import Testing

@Suite("Starting a server")
struct StartTests {
    @Test("is refused while another server has the data folder, and the refusal names its process")
    func secondServer() async throws {
        try await withServer { server in
            let refusal = try ServerProcess.refusal(dataIn: server.folder)
            #expect(refusal.ending == .exited(78))
            #expect(refusal.errors.contains("process \(server.processID)"))
            #expect(try server.client.api("GET", "agents").status == 200)
        }
    }

    @Test("makes an access token that only its owner can read, and asks for it")
    func accessToken() async throws {
        try await withServer { server in
            for (name, mode) in [("access-token", 0o600), ("instance.json", 0o600), ("run", 0o700), ("", 0o700)] {
                let path = server.folder.appending(path: name).path
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect(attributes[.posixPermissions] as? Int == mode, "\(name)")
            }
            let stranger = LoopbackClient(port: server.client.port, token: String(repeating: "x", count: 40))
            #expect(try stranger.api("GET", "agents").status == 401)
            let token = server.client.token
            #expect(try restart(server).client.token == token)
        }
    }

    @Test("makes no access token when tokens are configured")
    func ownTokens() async throws {
        try await withTemporaryDirectory { directory in
            let folder = directory.appending(path: "data")
            let token = String(repeating: "0123456789", count: 4)
            let server = try ServerProcess(dataIn: folder, environment: ["CONTROL_PLANE_API_TOKEN": token])
            #expect(try server.client.api("GET", "agents").status == 200)
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "access-token").path))
        }
    }

    @Test("with a wrong setting or folder ends with 78 and says which", arguments: StartTests.mistakes)
    func refuses(mistake: Mistake) async throws {
        try await withTemporaryDirectory { directory in
            let folder = directory.appending(path: "data")
            try mistake.prepare(folder)
            let refusal = try ServerProcess.refusal(
                dataIn: folder,
                arguments: mistake.arguments,
                environment: mistake.environment
            )
            #expect(refusal.ending == .exited(78))
            #expect(refusal.errors.contains(mistake.place))
        }
    }

    struct Mistake: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var arguments: [String] = []
        var environment: [String: String] = [:]
        var prepare: @Sendable (URL) throws -> Void = { _ in }
        let place: String
    }

    static let mistakes = [
        Mistake(testDescription: "beyond loopback", arguments: ["--host", "0.0.0.0"], place: "--insecure"),
        Mistake(testDescription: "token", environment: ["CONTROL_PLANE_API_TOKEN": "short"], place: "32"),
        Mistake(testDescription: "open folder", prepare: { try make($0, mode: 0o777) }, place: "chmod 700"),
        Mistake(
            testDescription: "folder for a file",
            prepare: { folder in
                try make(folder, mode: 0o700)
                try make(folder.appending(path: "index.sqlite"), mode: 0o700)
            },
            place: "index.sqlite is a folder"
        ),
    ]

    private static func make(_ folder: URL, mode: Int) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path)
    }

    @Test("puts HEAD back, and is refused by a configuration that git cannot read")
    func damagedRepository() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "kept")
            try server.stop()
            let repository = URL(filePath: server.repository)
            try Data("garbage".utf8).write(to: repository.appending(path: "HEAD"))
            let next = try restart(server)
            #expect(try next.git.run("symbolic-ref", "HEAD") == "refs/heads/main")
            #expect(try next.client.description(of: "atlas") == "kept")
            try next.stop()
            try Data("[core\n\u{1}".utf8).write(to: repository.appending(path: "config"))
            let refusal = try ServerProcess.refusal(dataIn: server.folder)
            #expect(refusal.ending == .exited(78))
            #expect(refusal.errors.contains("\(server.repository)/config cannot be read"), "\(refusal.errors)")
        }
    }

    @Test("is refused by refs that git cannot read, until the line that is named is gone")
    func damagedPackedRefs() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "kept")
            try server.stop()
            try server.git.run("pack-refs", "--all")
            let file = URL(filePath: "\(server.repository)/packed-refs")
            let content = try String(contentsOf: file, encoding: .utf8)
            try Data((content + "garbage\n").utf8).write(to: file)
            let place = "\(file.path):\(content.split(separator: "\n").count + 1): "
            let refusal = try ServerProcess.refusal(dataIn: server.folder)
            #expect(refusal.ending == .exited(78))
            #expect(refusal.errors.contains("gitplane: error: \(place)"), "\(refusal.errors)")
            let doctor = try CommandRun.gitplane("doctor", "--data-dir", server.folder.path, near: server.folder)
            #expect(doctor.ending == .exited(1))
            #expect(doctor.lines("you").contains { $0.contains(place) }, "\(doctor.text)")
            try Data(content.utf8).write(to: file)
            let next = try ServerProcess(dataIn: server.folder)
            #expect(try next.client.description(of: "atlas") == "kept")
        }
    }

    @Test("is refused by a layout that is newer than the program")
    func newerLayout() async throws {
        try await withServer { server in
            try server.stop()
            try server.force(["state/format.json": "{\"version\": 2}\n"], from: "newer layout")
            let refusal = try ServerProcess.refusal(dataIn: server.folder)
            #expect(refusal.ending == .exited(78))
            #expect(refusal.errors.contains("layout version 2"))
        }
    }

    @Test(
        "removes what a crash left behind",
        arguments: [
            "refs/heads/main.lock", "refs/gitplane/releases.lock", "HEAD.lock", "packed-refs.lock", "config.lock",
            "objects/tmp_object_git2_a1b2c3", "objects/pack/tmp_pack_a1b2c3", "objects/tmp_objdir-incoming-a1b2c3/11",
        ]
    )
    func leftovers(name: String) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            try server.kill()
            let path = URL(filePath: server.repository).appending(path: name)
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data().write(to: path)
            let next = try restart(server)
            #expect(!FileManager.default.fileExists(atPath: path.path))
            #expect(try next.client.describe("atlas", as: "after").isSuccess)
            #expect(try next.client.publish("atlas").isSuccess)
        }
    }

    @Test("is refused where main is gone, and the refusal has the command that puts it back", arguments: [true, false])
    func mainIsGone(keepsIndex: Bool) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "kept")
            let head = try server.head()
            try server.stop()
            try server.git.run("update-ref", "-d", "refs/heads/main")
            if !keepsIndex { try IndexDamage.deleted.apply(to: server.folder) }
            let refusal = try ServerProcess.refusal(dataIn: server.folder)
            #expect(refusal.ending == .exited(78))
            // Without the index it is what the working tree shows.
            let command = "--git-dir \(server.repository) update-ref refs/heads/main "
            #expect(refusal.errors.contains(command + (keepsIndex ? head : "")), "\(refusal.errors)")
            let doctor = try CommandRun.gitplane("doctor", "--data-dir", server.folder.path, near: server.folder)
            #expect(doctor.text.contains(command + (keepsIndex ? head : "")), "\(doctor.text)")
            for text in [refusal.errors, doctor.text] {
                #expect(text.contains("fsck --lost-found") == !keepsIndex, "\(text)")
            }
            try server.git.run("update-ref", "refs/heads/main", head)
            let next = try restart(server)
            #expect(try next.client.description(of: "atlas") == "kept")
        }
    }

    @Test("is refused where the repository is gone that the index knows")
    func repositoryIsGone() async throws {
        try await withServer { server in
            try server.stop()
            try FileManager.default.removeItem(atPath: server.repository)
            let refusal = try ServerProcess.refusal(dataIn: server.folder)
            #expect(refusal.ending == .exited(78))
            #expect(refusal.errors.contains(server.repository))
            #expect(!FileManager.default.fileExists(atPath: server.repository))
        }
    }

    @Test("is refused where instance.json is gone, until a new one is asked for")
    func instanceIsGone() async throws {
        try await withServer { server in
            try server.client.createAgent("atlas", description: "kept")
            try server.stop()
            let file = server.folder.appending(path: "instance.json")
            let content = try Data(contentsOf: file)
            try FileManager.default.removeItem(at: file)
            let refusal = try ServerProcess.refusal(dataIn: server.folder)
            #expect(refusal.ending == .exited(78))
            #expect(refusal.errors.contains("--new-instance"), "\(refusal.errors)")
            #expect(!FileManager.default.fileExists(atPath: file.path))
            let next = try ServerProcess(dataIn: server.folder, arguments: ["--new-instance"])
            #expect(try next.client.description(of: "atlas") == "kept")
            #expect(try Data(contentsOf: file) != content)
        }
    }

    @Test("makes the history index anew", arguments: IndexDamage.allCases)
    func damagedIndex(damage: IndexDamage) async throws {
        try await withServer { server in
            try server.client.createAgent("atlas")
            try server.client.describe("atlas", as: "one")
            let before = try server.client.api("GET", "changes").json()["items"]
            try server.stop()
            try damage.apply(to: server.folder)
            let next = try restart(server)
            #expect(try next.client.api("GET", "changes").json()["items"] == before)
            try next.client.describe("atlas", as: "two")
            let changes = try next.client.api("GET", "changes?resource=agents/atlas").json()["items"]?.arrayValue
            #expect(changes?.count == 3)
        }
    }

    enum IndexDamage: CaseIterable {
        case deleted, emptied, overwritten, cutShort, someBytes

        func apply(to folder: URL) throws {
            let file = folder.appending(path: "index.sqlite")
            var content = try Data(contentsOf: file)
            switch self {
            case .deleted:
                for name in ["index.sqlite", "index.sqlite-wal", "index.sqlite-shm"] {
                    let path = folder.appending(path: name).path
                    if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
                }
                return
            case .emptied: content = Data()
            case .overwritten: content = Data(repeating: 0x5A, count: content.count)
            case .cutShort: content = content.prefix(content.count / 2)
            case .someBytes:
                for offset in stride(from: 4_096, to: content.count, by: 512) { content[offset] ^= 0xFF }
            }
            try content.write(to: file)
        }
    }
}
