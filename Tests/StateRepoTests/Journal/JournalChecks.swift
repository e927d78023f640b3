import Foundation
import StateRepo
import TestSupport
import Testing

/// The bytes of a repository's journal.
func journal(_ git: Git) throws -> Data { try Data(contentsOf: URL(filePath: "\(git.directory)/gitplane.journal")) }

/// The packs of a repository, as git takes them for an argument.
func packs(_ git: Git) throws -> [String] {
    let folder = "\(git.directory)/objects/pack"
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".pack") }.sorted()
        .map { "\(folder)/\($0)" }
}

/// Has git read every byte of a repository.
func check(_ git: Git) throws {
    let report = try git.run("fsck", "--strict", "--full", "--no-dangling")
    #expect(report.isEmpty)
    for pack in try packs(git) {
        try git.run("index-pack", "--strict", "-o", "\(git.directory)/test.idx", pack)
        let made = try Data(contentsOf: URL(filePath: "\(git.directory)/test.idx"))
        let ours = try Data(contentsOf: URL(filePath: pack.replacing(".pack", with: ".idx")))
        #expect(made == ours, "the index of \(pack) is not the one that git makes")
        try FileManager.default.removeItem(atPath: "\(git.directory)/test.idx")
    }
    try git.run("log", "-p", "--format=%H", "--all")
}

/// The lock of `main`, where git has it too.
func lockFile(_ git: Git) -> String { "\(git.directory)/refs/heads/main.lock" }
