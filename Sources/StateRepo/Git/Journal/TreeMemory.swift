import CLibgit2

/// The newest tree of each directory that was written lately, and which of its versions later ones can be deltas of.
struct TreeMemory {
    /// The smallest tree that is remembered beyond the pack it was written to, in bytes.
    static let minimumKept = 2 << 10
    /// How many directories are remembered at most.
    static let maximumCount = 4_096

    /// A version of a tree that is in the open pack.
    struct Version {
        let number: Int
        let offset: Int
        let content: [UInt8]
    }

    struct Remembered {
        let id: TreeID
        let content: TreeContent
        /// Versions in the open pack, oldest first; empty when this one is not there.
        var versions: [Version]
    }

    /// Versions are deltas of the one before, of the 16th or of the 256th before, so that no chain gets long.
    private static let strides = [256, 16, 1]

    private var trees: [[EntryName]: Remembered] = [:]

    func tree(_ id: TreeID, at path: [EntryName]) -> Remembered? {
        guard let tree = trees[path], tree.id == id else { return nil }
        return tree
    }

    mutating func remember(_ id: TreeID, _ content: TreeContent, _ versions: [Version], at path: [EntryName]) {
        if trees.count >= Self.maximumCount { trees.removeAll() }
        trees[path] = Remembered(id: id, content: content, versions: versions)
    }

    /// The version that the next one after `versions` is best made from.
    static func base(after versions: [Version]) -> Version? {
        guard let last = versions.last else { return nil }
        let next = last.number + 1
        let stride = strides.first { next.isMultiple(of: $0) } ?? 1
        return versions.last { $0.number == next - stride } ?? last
    }

    /// `versions` with one more, without those that no later one is made from.
    static func adding(_ content: [UInt8], at offset: Int, to versions: [Version]) -> [Version] {
        let number = versions.last.map { $0.number + 1 } ?? 0
        let needed = Set(strides.map { number / $0 * $0 })
        return versions.filter { needed.contains($0.number) } + [
            Version(number: number, offset: offset, content: content)
        ]
    }

    /// Takes note that the pack is closed: no version of it can be a base any more.
    mutating func closePack() {
        trees = trees.filter { $0.value.content.bytes.count >= Self.minimumKept }
        for path in trees.keys { trees[path]?.versions = [] }
    }

    mutating func forgetAll() { trees = [:] }
}
