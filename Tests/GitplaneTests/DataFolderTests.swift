import Foundation
import StateRepo
import TestSupport
import Testing

@testable import Gitplane

@Suite("The data folder")
struct DataFolderTests {
    private struct Failed: Error {}

    private func names(_ folder: URL) throws -> Set<String> {
        try Set(FileManager.default.contentsOfDirectory(atPath: folder.path))
    }

    /// A folder with these files and folders (`/` at the end) in it.
    private func make(_ url: URL, holding names: [String]) throws {
        try FileManager.default.createDirectory(
            at: url,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        for name in names {
            let place = url.appending(path: name)
            if name.hasSuffix("/") {
                let mode: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: false, attributes: mode)
            } else {
                try Data().write(to: place)
            }
        }
    }

    /// A start that makes what every start makes first, and fails.
    private func fail(in folder: DataFolder) async {
        await #expect(throws: Failed.self) {
            try await folder.hold {
                _ = try InstanceFile.readOrCreate(at: folder.instance)
                for path in [folder.index + "-wal", folder.secrets + ".new", folder.url.path + "/secrets.key"] {
                    try Data().write(to: URL(filePath: path))
                }
                throw Failed()
            }
        }
    }

    @Test("and those above it go again when a first start came to nothing")
    func takenBack() async throws {
        try await withTemporaryDirectory { directory in
            for _ in 0..<2 {
                await fail(in: DataFolder(directory.appending(path: "a/b")))
                let left = try names(directory)
                #expect(left == [])
            }
        }
    }

    @Test("keeps what was there before")
    func kept() async throws {
        try await withTemporaryDirectory { directory in
            let url = directory.appending(path: "data")
            let before = ["gitplane.json", "access-token", "lost+found/", "run/", "init/"]
            try make(url, holding: before)
            await fail(in: DataFolder(url))
            #expect(try names(url) == ["gitplane.json", "access-token", "lost+found", "run", "init"])
            try Data("{}".utf8).write(to: url.appending(path: "instance.json"))
            for name in ["notes.md", "secrets.key"] { try Data().write(to: url.appending(path: name)) }
            await #expect(throws: Failed.self) { try await DataFolder(url).hold { throw Failed() } }
            #expect(try names(url).isSuperset(of: ["instance.json", "notes.md", "secrets.key"]))
        }
    }

    @Test("is left as it is once it has a repository")
    func repository() async throws {
        try await withTemporaryDirectory { directory in
            let folder = DataFolder(directory.appending(path: "data"))
            await #expect(throws: Failed.self) {
                try await folder.hold {
                    try make(URL(filePath: folder.repository), holding: [])
                    throw Failed()
                }
            }
            let left = try names(folder.url)
            #expect(left == ["state.git", "lock", "run"])
        }
    }

    @Test(
        "that holds something else is refused, and left alone",
        arguments: [["notes.md"], ["gitplane.json", "src/"]]
    )
    func foreign(names: [String]) async throws {
        try await withTemporaryDirectory { directory in
            let url = directory.appending(path: "data")
            try make(url, holding: names)
            let failure = await #expect(throws: CommandFailure.self) { try await DataFolder(url).hold {} }
            #expect(failure?.status == .configuration)
            #expect(failure?.lines.first?.contains("--data-dir") == true)
            #expect(try self.names(url).count == names.count)
        }
    }

    @Test(
        "with a folder where a file should be, or a file where a folder, is refused with each",
        arguments: [
            "index.sqlite", "health.sqlite", "local.sqlite", "instance.json", "setup-code", "state.git/HEAD",
            "state.git/config", "state.git/packed-refs", "state.git/gitplane.journal", "state.git/hooks/pre-receive",
            "state.git/hooks", "state.git/objects", "state.git/refs/heads", "state.git/gitplane.mark",
            "state.git/gitplane.mark.new", "state.git/gitplane.branch",
        ]
    )
    func misplaced(name: String) async throws {
        try await withTemporaryDirectory { directory in
            let folder = try await folderWithRepository(in: directory)
            let place = folder.url.appending(path: name)
            var isFolder = ObjCBool(false)
            if FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) {
                try FileManager.default.removeItem(at: place)
            }
            if isFolder.boolValue || name == "state.git/hooks" {
                try Data().write(to: place)
            } else {
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            }
            let failure = await #expect(throws: CommandFailure.self) { try await folder.hold {} }
            #expect(failure?.status == .configuration)
            #expect(failure?.lines.contains { $0.contains("\(place.path) is ") } == true, "\(failure?.lines ?? [])")
        }
    }

    /// A data folder that has been held once, with an empty repository.
    private func folderWithRepository(in directory: URL) async throws -> DataFolder {
        let folder = DataFolder(directory.appending(path: "data"))
        _ = try GitRepository(
            creatingBareAt: folder.repository,
            configuration: RepositoryConfiguration(hooksPath: folder.hooks)
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.url.path)
        try await folder.hold {}
        return folder
    }

    @Test("with a link for its journal, without a folder of git, or with an open run is refused")
    func unfit() async throws {
        try await withTemporaryDirectory { directory in
            let folder = try await folderWithRepository(in: directory)
            let files = FileManager.default
            let journal = "\(folder.repository)/gitplane.journal"
            try files.createSymbolicLink(atPath: journal, withDestinationPath: folder.instance)
            try files.removeItem(atPath: "\(folder.repository)/refs")
            let failure = await #expect(throws: CommandFailure.self) { try await folder.hold {} }
            #expect(failure?.lines.count == 2, "\(failure?.lines ?? [])")
            try files.removeItem(atPath: journal)
            try files.createDirectory(atPath: "\(folder.repository)/refs", withIntermediateDirectories: false)
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.run)
            let open = await #expect(throws: CommandFailure.self) { try await folder.hold {} }
            #expect(open?.lines.first?.contains("chmod 700 \(folder.run)") == true)
        }
    }

    @Test("that cannot be made, or is none, is refused with its path and the reason", arguments: ["proc", "file"])
    func unusable(kind: String) async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending(path: "file")
            try Data().write(to: file)
            let url = kind == "proc" ? URL(filePath: "/proc/gitplane/data") : file
            let failure = await #expect(throws: CommandFailure.self) { try await DataFolder(url).hold {} }
            #expect(failure?.status == .configuration)
            let line = failure?.lines.first ?? ""
            #expect(line.contains(kind == "proc" ? "/proc/gitplane" : file.path))
            #expect(line.contains(kind == "proc" ? "No such file" : "Not a directory"))
        }
    }
}
