/// Finds, in the tree of one commit, names that are one on some disks: equal without regard to case.
///
/// Of two such names at least one has a capital letter, so that of a folder only those have to be remembered. Other
/// letters than ASCII's are refused before.
struct TreeCollisions {
    private let root: TreeID
    /// The trees of folders, by path; the empty path is the root.
    private var folders: [[UInt8]: TreeID?]
    /// The names with capital letters in a tree, by what they are without.
    private var capitals: [TreeID: [EntryName: [EntryName]]] = [:]
    private var seen: Set<[UInt8]> = []

    init(root: TreeID) {
        self.root = root
        self.folders = [[]: root]
    }

    /// What the new entry at `path` collides with, itself or by a folder that it is in; each is reported once.
    mutating func diagnostic(_ path: EntryPath, in repository: borrowing GitRepository) throws(GitError) -> Diagnostic?
    {
        var folder: [UInt8] = []
        for name in path.components {
            let place = folder.isEmpty ? name.bytes : folder + [UInt8(ascii: "/")] + name.bytes
            if seen.insert(place).inserted, let other = try other(than: name, in: folder, repository) {
                let text = String(decoding: folder, as: UTF8.self)
                return CollisionRules.diagnostic(
                    path.description,
                    place: String(decoding: place, as: UTF8.self),
                    other: text.isEmpty ? other.description : "\(text)/\(other)"
                )
            }
            folder = place
        }
        return nil
    }

    private mutating func other(
        than name: EntryName,
        in folder: [UInt8],
        _ repository: borrowing GitRepository
    ) throws(GitError) -> EntryName? {
        guard let tree = try tree(of: folder, repository) else { return nil }
        let folded = Self.folded(name)
        if let other = try names(in: tree, repository)[folded]?.first(where: { $0 != name }) { return other }
        guard folded != name, let path = EntryPath([folded]) else { return nil }
        return try repository.lookUp(path, in: tree) == nil ? nil : folded
    }

    private mutating func tree(
        of folder: [UInt8],
        _ repository: borrowing GitRepository
    ) throws(GitError) -> TreeID? {
        if let known = folders[folder] { return known }
        let tree = try EntryPath(bytes: folder).flatMap { path throws(GitError) in
            try repository.lookUp(path, in: root)?.treeID
        }
        folders[folder] = .some(tree)
        return tree
    }

    private mutating func names(
        in tree: TreeID,
        _ repository: borrowing GitRepository
    ) throws(GitError) -> [EntryName: [EntryName]] {
        if let known = capitals[tree] { return known }
        var found: [EntryName: [EntryName]] = [:]
        for entry in try repository.readTree(tree) where entry.name.bytes.contains(where: Self.isCapital) {
            found[Self.folded(entry.name), default: []].append(entry.name)
        }
        capitals[tree] = found
        return found
    }

    private static func folded(_ name: EntryName) -> EntryName {
        EntryName(unchecked: name.bytes.map { isCapital($0) ? $0 | 0x20 : $0 })
    }

    private static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
}
