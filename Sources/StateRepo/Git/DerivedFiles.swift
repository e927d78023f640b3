import Foundation

/// Files that git makes of others to be faster, and trusts unseen: a table of all packs, and graphs of commits.
///
/// Damage in them ends git, and lets git and libgit2 miss objects that are there. Nothing is lost with them: git goes
/// without, and makes them anew.
package struct DerivedFiles: Sendable {
    /// The one that libgit2 trusts too.
    package static let packTable = "objects/pack/multi-pack-index"

    private static let graph = "objects/info/commit-graph"
    private static let graphs = "objects/info/commit-graphs"
    private static let chain = "\(graphs)/commit-graph-chain"

    /// The absolute path of the bare repository.
    private let repository: String

    package init(repositoryAt path: String) { self.repository = path }

    /// Those that are damaged, as paths relative to the repository; a chain of graphs with the graphs of it that are.
    package func damaged() throws(GitError) -> [String] {
        var found: [String] = []
        for name in [Self.packTable, Self.graph] where try file(name).isDamaged() { found.append(name) }
        return found + (try damagedChain())
    }

    /// Removes those that are damaged; others may be at work in the repository.
    ///
    /// - Returns: what was removed.
    package func removeDamaged() throws -> [String] {
        let found = try damaged()
        // What is gone meanwhile was replaced, or removed by git.
        for name in found where FileManager.default.fileExists(atPath: "\(repository)/\(name)") {
            try FileManager.default.removeItem(atPath: "\(repository)/\(name)")
        }
        return found
    }

    /// The chain names graphs line by line (gitformat-commit-graph(5)); without one of them it is worth nothing.
    private func damagedChain() throws(GitError) -> [String] {
        let path = "\(repository)/\(Self.chain)"
        guard FileSystem.exists(path) else { return [] }
        let lines = try FileSystem.contents(of: path, maximum: 1 << 20).split(separator: UInt8(ascii: "\n"))
        var isWhole = !lines.isEmpty
        var found: [String] = []
        for line in lines {
            guard let id = AnyObjectID(String(decoding: line, as: UTF8.self)) else {
                isWhole = false
                continue
            }
            let name = "\(Self.graphs)/graph-\(id).graph"
            if !FileSystem.exists("\(repository)/\(name)") { isWhole = false }
            if try file(name).isDamaged() { found.append(name) }
        }
        return isWhole && found.isEmpty ? [] : [Self.chain] + found
    }

    private func file(_ name: String) -> SealedFile { SealedFile(path: "\(repository)/\(name)") }
}
