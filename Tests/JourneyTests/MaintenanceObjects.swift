import Foundation
import TestSupport

/// Objects that no ref reaches, old ones and young ones, in a repository that has not been cleaned for long.
struct MaintenanceObjects {
    /// Nothing has referred to them for longer than they are kept, which is two weeks.
    let old: Set<String>
    /// Young ones, and old ones that a young one refers to.
    let young: Set<String>

    private static let objectAge: TimeInterval = 21 * 86_400
    /// How long ago the repository was cleaned; it is every seven days.
    private static let cleaningAge: TimeInterval = 8 * 86_400

    /// Puts them into a repository in which no server works.
    ///
    /// - Parameter mark: makes them different from those of another call.
    init(in git: Git, marked mark: String) throws {
        let maker = Maker(git: git, mark: mark)
        let forgotten = try maker.commit("forgotten")
        let loose = try forgotten.all.union([maker.blob("forgotten alone")])
        let base = try maker.commit("old")
        for id in loose.union(base.all) { try Self.backdate(maker.path(of: id), by: Self.objectAge) }
        let packed = try maker.blob("forgotten in a pack")
        try Self.backdate(maker.pack(packed), by: Self.objectAge)
        let child = try git.run("commit-tree", base.tree, "-p", base.id, "-m", "young, \(mark)")
        old = loose.union([packed])
        young = try base.all.union([child, maker.blob("young alone")])
        try Data().write(to: URL(filePath: Self.stamp(in: git)))
        try Self.backdate(Self.stamp(in: git), by: Self.cleaningAge)
    }

    /// Those of them that are there.
    func remaining(in git: Git) throws -> Set<String> {
        let names = old.union(young).map { "\($0)\n" }.joined()
        let answers = try git.run("cat-file", "--batch-check", input: Array(names.utf8)).split(separator: "\n")
        return Set(answers.filter { !$0.hasSuffix(" missing") }.map { String($0.prefix(40)) })
    }

    /// When a server has cleaned the repository last.
    static func cleaned(_ git: Git) throws -> Date? {
        try FileManager.default.attributesOfItem(atPath: stamp(in: git))[.modificationDate] as? Date
    }

    /// The file whose time the server goes by.
    private static func stamp(in git: Git) -> String { "\(git.directory)/gitplane.cleaned" }

    private static func backdate(_ path: String, by seconds: TimeInterval) throws {
        let date = Date(timeIntervalSinceNow: -seconds)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    }
}

/// Writes objects as git does.
private struct Maker {
    let git: Git
    let mark: String

    struct Commit {
        let id: String
        let tree: String
        let blob: String

        var all: Set<String> { [id, tree, blob] }
    }

    func blob(_ name: String) throws -> String {
        try git.run("hash-object", "-w", "--stdin", input: Array("\(name), \(mark)\n".utf8))
    }

    func commit(_ name: String) throws -> Commit {
        let blob = try blob("\(name), committed")
        let tree = try git.run("mktree", input: Array("100644 blob \(blob)\tfile\n".utf8))
        return Commit(id: try git.run("commit-tree", tree, "-m", "\(name), \(mark)"), tree: tree, blob: blob)
    }

    /// Moves an object into a pack of its own, whose path is returned.
    func pack(_ id: String) throws -> String {
        let name = try git.run("pack-objects", "--quiet", "objects/pack/pack", input: Array("\(id)\n".utf8))
        try git.run("prune-packed", "--quiet")
        return "\(git.directory)/objects/pack/pack-\(name).pack"
    }

    /// Of a loose object.
    func path(of id: String) -> String { "\(git.directory)/objects/\(id.prefix(2))/\(id.dropFirst(2))" }
}
