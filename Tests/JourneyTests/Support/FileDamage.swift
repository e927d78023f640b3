import Foundation
import TestSupport

/// A file of a repository that is to be damaged, as it was.
struct WholeFile {
    private let file: URL
    private let content: Data

    init(_ path: String) throws {
        file = URL(filePath: path)
        content = try Data(contentsOf: file)
    }

    /// git makes its files read-only: a new one takes the place.
    func damage(_ change: (inout [UInt8]) -> Void) throws {
        var bytes = Array(content)
        change(&bytes)
        try Data(bytes).write(to: file, options: .atomic)
    }

    func remove() throws { try FileManager.default.removeItem(at: file) }

    func putBack() throws { try content.write(to: file, options: .atomic) }
}

/// What a bad disk, or a git that was ended, does to the index of a pack.
enum IndexDamage: CaseIterable, Sendable {
    case cut, garbage, missing

    /// - Parameter pack: its path.
    func apply(to pack: String) throws {
        let index = try WholeFile(pack.replacing(".pack", with: ".idx"))
        switch self {
        case .cut: try index.damage { $0.removeLast($0.count / 2) }
        case .garbage: try index.damage(Self.overwriteNames)
        case .missing: try index.remove()
        }
    }

    /// Puts other names in the place of those of the objects (gitformat-pack(5), version 2 of the index).
    private static func overwriteNames(_ index: inout [UInt8]) {
        let names = 8 + 256 * 4
        let count = index[(names - 4)..<names].reduce(0) { $0 << 8 | Int($1) }
        for place in names..<(names + count * 20) { index[place] = 0xA5 }
    }
}

/// What a bad disk does to a pack.
enum PackDamage: CaseIterable, Sendable {
    case trailer, cut, cutWithoutIndex

    /// - Parameter pack: its path.
    /// - Returns: what was damaged, as it was.
    func apply(to pack: String) throws -> [WholeFile] {
        let (file, index) = try (WholeFile(pack), WholeFile(pack.replacing(".pack", with: ".idx")))
        switch self {
        case .trailer: try file.damage { $0[$0.count - 5] ^= 1 }
        case .cut: try file.damage { $0.removeLast(300) }
        case .cutWithoutIndex:
            try file.damage { $0.removeLast(300) }
            try index.remove()
        }
        return [file, index]
    }
}

/// Damage in a file that git makes of others and could do without.
enum TableDamage: CaseIterable, Sendable {
    case packs, packsCut, packsPlaces, graph, chain, graphOfChain

    /// Has git make the file, and damages it.
    ///
    /// - Returns: its path in the repository.
    func apply(in git: Git) throws -> String {
        let name = try make(in: git)
        let file = try WholeFile("\(git.directory)/\(name)")
        switch self {
        case .packs, .graph, .chain: try file.damage { $0 = $0.map { _ in 0xA5 } }
        case .packsCut: try file.damage { $0.removeLast($0.count / 2) }
        case .packsPlaces: try file.damage { Self.overwrite(&$0, from: $0.count - 120, to: $0.count - 20) }
        case .graphOfChain: try file.damage { Self.overwrite(&$0, from: $0.count / 2, to: $0.count - 20) }
        }
        return name
    }

    private func make(in git: Git) throws -> String {
        switch self {
        case .packs, .packsCut, .packsPlaces:
            try git.run("multi-pack-index", "write")
            return "objects/pack/multi-pack-index"
        case .graph:
            try git.run("commit-graph", "write", "--reachable")
            return "objects/info/commit-graph"
        case .chain, .graphOfChain:
            try git.run("commit-graph", "write", "--reachable", "--split")
            let folder = "objects/info/commit-graphs"
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(git.directory)/\(folder)")
            let name = self == .chain ? "commit-graph-chain" : names.first { $0.hasSuffix(".graph") }
            return "\(folder)/\(name ?? "none")"
        }
    }

    private static func overwrite(_ bytes: inout [UInt8], from start: Int, to end: Int) {
        for place in start..<end { bytes[place] = 0xA5 }
    }
}
