import CLibgit2

/// The newest tree of each directory that was written lately, and which of its versions later ones can be deltas of.
struct TreeMemory {
    /// How many directories are remembered at most: to read one from a pack that libgit2 does not know yet costs it a look at
    /// every pack there is.
    static let maximumCount = 16_384

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

    private let maximumCount: Int
    private var trees: [[EntryName]: Remembered] = [:]
    /// The directories with versions in the open pack.
    private var open: [[EntryName]] = []

    init(maximumCount: Int = Self.maximumCount) { self.maximumCount = maximumCount }

    func tree(_ id: TreeID, at path: [EntryName]) -> Remembered? {
        guard let tree = trees[path], tree.id == id else { return nil }
        return tree
    }

    mutating func remember(_ id: TreeID, _ content: TreeContent, _ versions: [Version], at path: [EntryName]) {
        if trees.count >= maximumCount { forgetAll() }
        if !versions.isEmpty { open.append(path) }
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
        for path in open { trees[path]?.versions = [] }
        open = []
    }

    mutating func forgetAll() {
        trees = [:]
        open = []
    }
}
