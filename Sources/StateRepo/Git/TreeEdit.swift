/// One difference between a tree and the tree to be made from it.
package struct TreeEdit: Hashable, Sendable {
    /// What stands at the path afterwards.
    package enum Value: Hashable, Sendable {
        /// A stored object. A tree replaces whatever was at the path.
        case entry(FileMode, AnyObjectID)
        /// Nothing; a directory goes with all it holds. Removing what is not there changes nothing.
        case removed
    }

    package let path: EntryPath
    package let value: Value

    package init(_ path: EntryPath, _ value: Value) {
        self.path = path
        self.value = value
    }

    package static func file(_ path: EntryPath, _ blob: BlobID) -> Self {
        Self(path, .entry(.blob, AnyObjectID(rebinding: blob)))
    }

    package static func removal(of path: EntryPath) -> Self { Self(path, .removed) }
}

/// A set of edits, sorted into directories.
struct TreeEditNode {
    private(set) var value: TreeEdit.Value?
    private(set) var children: [EntryName: TreeEditNode] = [:]

    /// - Throws: `invalid` when a path stands twice, `limitExceeded` when a path is too deep.
    init(_ edits: [TreeEdit]) throws(GitError) {
        for edit in edits {
            let components = edit.path.components
            guard components.count <= TreeDiffLimits.maximumDepth else {
                throw GitError(.limitExceeded, "edit tree", "\(edit.path) is too deep")
            }
            guard insert(edit.value, at: components[...]) else {
                throw GitError(.invalid, "edit tree", "\(edit.path) stands twice")
            }
        }
    }

    private init() {}

    private mutating func insert(_ value: TreeEdit.Value, at path: ArraySlice<EntryName>) -> Bool {
        guard let name = path.first else {
            guard self.value == nil else { return false }
            self.value = value
            return true
        }
        return children[name, default: TreeEditNode()].insert(value, at: path.dropFirst())
    }
}
