/// One path whose entry differs between two trees; a directory appears only through what it holds, unless it cannot be read.
package struct TreeChange: Hashable, Sendable {
    /// What a tree has at a path.
    package struct Entry: Hashable, Sendable {
        package let mode: FileMode
        package let id: AnyObjectID

        package init(mode: FileMode, id: AnyObjectID) {
            self.mode = mode
            self.id = id
        }

        /// The file's content, when the entry is a file or a symbolic link of any mode.
        package var blobID: BlobID? { mode.isTree || mode == .submodule ? nil : BlobID(rebinding: id) }
    }

    package let path: EntryPath
    package let old: Entry?
    package let new: Entry?

    package init(path: EntryPath, old: Entry?, new: Entry?) {
        self.path = path
        self.old = old
        self.new = new
    }
}

/// How far a comparison of trees goes before it gives up.
package struct TreeDiffLimits: Sendable {
    /// The deepest path that this layer reads or writes, in components.
    package static let maximumDepth = 32

    /// The most changes one comparison reports.
    package static let maximumChanges = 200_000

    package let depth: Int
    package let changes: Int

    package init(depth: Int = Self.maximumDepth, changes: Int = Self.maximumChanges) {
        self.depth = depth
        self.changes = changes
    }
}

/// What becomes of a directory, other than the root, whose object cannot be read.
package enum DamagedTrees: Sendable {
    /// The comparison fails.
    case fail
    /// It is told as one change whose entry has the mode of a directory, as if it held nothing.
    case tell
}

extension GitRepository {
    /// Reports every file that differs between two trees, in the order of the paths' bytes.
    ///
    /// Subtrees of one name are not read. A file that became a directory is its removal and the additions below it, as in
    /// `git diff-tree -r`; renames are not looked for.
    /// - Parameter old: `nil` for the empty tree.
    /// - Throws: `limitExceeded` when the trees are deeper or differ in more paths than `limits` allows; what was reported
    ///   until then is true. `corrupt`, `notFound`; and what `visit` throws.
    package borrowing func diff(
        from old: TreeID?,
        to new: TreeID?,
        limits: TreeDiffLimits = TreeDiffLimits(),
        damaged: DamagedTrees = .fail,
        _ visit: (TreeChange) throws(GitError) -> Void
    ) throws(GitError) {
        guard old != new else { return }
        var walk = TreeDiffWalk(limits: limits, damaged: damaged)
        try walk.compare(old, new, in: self, visit)
    }

    /// All changes between two trees as an array; see ``diff(from:to:limits:_:)``.
    package borrowing func changes(
        from old: TreeID?,
        to new: TreeID?,
        limits: TreeDiffLimits = TreeDiffLimits(),
        damaged: DamagedTrees = .fail
    ) throws(GitError) -> [TreeChange] {
        var changes: [TreeChange] = []
        try diff(from: old, to: new, limits: limits, damaged: damaged) { (change) throws(GitError) in
            changes.append(change)
        }
        return changes
    }
}

/// One comparison under way: where it is and how much it has reported.
private struct TreeDiffWalk {
    typealias Visit = (TreeChange) throws(GitError) -> Void

    let limits: TreeDiffLimits
    let damaged: DamagedTrees
    private var path: [UInt8] = []
    private var depth = 0
    private var count = 0

    init(limits: TreeDiffLimits, damaged: DamagedTrees) {
        self.limits = limits
        self.damaged = damaged
    }

    mutating func compare(
        _ old: TreeID?,
        _ new: TreeID?,
        in repository: borrowing GitRepository,
        _ visit: Visit
    ) throws(GitError) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= limits.depth else {
            throw GitError(.limitExceeded, "compare trees", "\(EntryPath(unchecked: path)) is too deep")
        }
        switch (old, new) {
        case (nil, nil): return
        case (let tree?, nil):
            try repository.readTreeObject(tree).withBytes { (bytes) throws(GitError) in
                try merge(bytes, Self.nothing, in: repository, visit)
            }
        case (nil, let tree?):
            try repository.readTreeObject(tree).withBytes { (bytes) throws(GitError) in
                try merge(Self.nothing, bytes, in: repository, visit)
            }
        case (let old?, let new?):
            let newTree = try repository.readTreeObject(new)
            try repository.readTreeObject(old).withBytes { (oldBytes) throws(GitError) in
                try newTree.withBytes { (newBytes) throws(GitError) in
                    try merge(oldBytes, newBytes, in: repository, visit)
                }
            }
        }
    }

    private static var nothing: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }

    /// Walks two sorted lists of entries side by side.
    private mutating func merge(
        _ oldBytes: UnsafeRawBufferPointer,
        _ newBytes: UnsafeRawBufferPointer,
        in repository: borrowing GitRepository,
        _ visit: Visit
    ) throws(GitError) {
        var (oldScanner, newScanner) = (TreeScanner(oldBytes), TreeScanner(newBytes))
        TreeScanner.skipCommon(&oldScanner, &newScanner)
        var (old, new) = (try oldScanner.next(), try newScanner.next())
        while old != nil || new != nil {
            let order = Self.order(old, new)
            let (left, right) = (order <= 0 ? old : nil, order >= 0 ? new : nil)
            try report(left, right, in: repository, visit)
            if order == 0 { TreeScanner.skipCommon(&oldScanner, &newScanner) }
            if left != nil { old = try oldScanner.next() }
            if right != nil { new = try newScanner.next() }
        }
    }

    private static func order(_ old: TreeScanner.Entry?, _ new: TreeScanner.Entry?) -> Int {
        guard let old else { return 1 }
        guard let new else { return -1 }
        return TreeOrder.compare(old, new)
    }

    /// Reports one name, or goes down into it; both sides are directories or neither is.
    private mutating func report(
        _ old: TreeScanner.Entry?,
        _ new: TreeScanner.Entry?,
        in repository: borrowing GitRepository,
        _ visit: Visit
    ) throws(GitError) {
        guard let present = old ?? new, old?.id != new?.id || old?.mode != new?.mode else { return }
        let length = path.count
        defer { path.removeLast(path.count - length) }
        if length > 0 { path.append(UInt8(ascii: "/")) }
        path += present.name
        guard !present.isTree else {
            guard old?.id != new?.id else { return }
            return try descend(old, new, in: repository, visit)
        }
        try tell(old, new, visit)
    }

    private mutating func tell(
        _ old: TreeScanner.Entry?,
        _ new: TreeScanner.Entry?,
        _ visit: Visit
    ) throws(GitError) {
        count += 1
        guard count <= limits.changes else {
            throw GitError(.limitExceeded, "compare trees", "more than \(limits.changes) paths differ")
        }
        try visit(TreeChange(path: EntryPath(unchecked: path), old: Self.entry(old), new: Self.entry(new)))
    }

    /// Goes down into a directory; of one that cannot be read, the other side is compared with nothing.
    private mutating func descend(
        _ old: TreeScanner.Entry?,
        _ new: TreeScanner.Entry?,
        in repository: borrowing GitRepository,
        _ visit: Visit
    ) throws(GitError) {
        let (oldTree, newTree) = (Self.tree(old), Self.tree(new))
        do throws(GitError) {
            try compare(oldTree, newTree, in: repository, visit)
        } catch {
            // Both sides are read before anything below them is told.
            guard damaged == .tell, error.isDamage, [old?.id, new?.id].contains(error.object) else { throw error }
            let (oldLost, newLost) = (try isLost(oldTree, in: repository), try isLost(newTree, in: repository))
            try tell(oldLost ? old : nil, newLost ? new : nil, visit)
            try compare(oldLost ? nil : oldTree, newLost ? nil : newTree, in: repository, visit)
        }
    }

    private func isLost(_ tree: TreeID?, in repository: borrowing GitRepository) throws(GitError) -> Bool {
        guard let tree else { return false }
        do throws(GitError) {
            _ = try repository.readTreeObject(tree).size
            return false
        } catch {
            guard error.isDamage else { throw error }
            return true
        }
    }

    private static func tree(_ entry: TreeScanner.Entry?) -> TreeID? { entry.map { TreeID(rebinding: $0.id) } }

    private static func entry(_ entry: TreeScanner.Entry?) -> TreeChange.Entry? {
        entry.map { TreeChange.Entry(mode: FileMode(rawValue: $0.mode), id: $0.id) }
    }
}
