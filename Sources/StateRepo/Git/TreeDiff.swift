/// One path whose entry differs between two trees; a directory appears only through what it holds.
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
        _ visit: (TreeChange) throws(GitError) -> Void
    ) throws(GitError) {
        guard old != new else { return }
        var walk = TreeDiffWalk(limits: limits)
        try walk.compare(old, new, in: self, visit)
    }

    /// All changes between two trees as an array; see ``diff(from:to:limits:_:)``.
    package borrowing func changes(
        from old: TreeID?,
        to new: TreeID?,
        limits: TreeDiffLimits = TreeDiffLimits()
    ) throws(GitError) -> [TreeChange] {
        var changes: [TreeChange] = []
        try diff(from: old, to: new, limits: limits) { (change) throws(GitError) in changes.append(change) }
        return changes
    }
}

/// One comparison under way: where it is and how much it has reported.
private struct TreeDiffWalk {
    typealias Visit = (TreeChange) throws(GitError) -> Void

    let limits: TreeDiffLimits
    private var path: [UInt8] = []
    private var depth = 0
    private var count = 0

    init(limits: TreeDiffLimits) { self.limits = limits }

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
            return try compare(
                old.map { TreeID(rebinding: $0.id) },
                new.map { TreeID(rebinding: $0.id) },
                in: repository,
                visit
            )
        }
        count += 1
        guard count <= limits.changes else {
            throw GitError(.limitExceeded, "compare trees", "more than \(limits.changes) paths differ")
        }
        try visit(TreeChange(path: EntryPath(unchecked: path), old: Self.entry(old), new: Self.entry(new)))
    }

    private static func entry(_ entry: TreeScanner.Entry?) -> TreeChange.Entry? {
        entry.map { TreeChange.Entry(mode: FileMode(rawValue: $0.mode), id: $0.id) }
    }
}
