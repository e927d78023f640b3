/// One entry of a tree object.
package struct GitTreeEntry: Hashable, Sendable {
    package let name: EntryName
    package let mode: FileMode
    package let id: AnyObjectID

    package init(name: EntryName, mode: FileMode, id: ObjectID<some ObjectKind>) {
        self.name = name
        self.mode = mode
        self.id = AnyObjectID(rebinding: id)
    }

    init(_ entry: TreeScanner.Entry) {
        self.name = EntryName(unchecked: entry.name)
        self.mode = FileMode(rawValue: entry.mode)
        self.id = entry.id
    }

    /// The subtree's name, when the entry is one.
    package var treeID: TreeID? { mode.isTree ? TreeID(rebinding: id) : nil }

    /// The file's content, when the entry is a file or a symbolic link of any mode.
    package var blobID: BlobID? { mode.isTree || mode == .submodule ? nil : BlobID(rebinding: id) }
}

extension GitTreeEntry {
    /// Git's order of the entries of a tree: bytes of the names, a directory's name ending in `/`.
    package static func isOrdered(_ lhs: Self, _ rhs: Self) -> Bool {
        lhs.name.bytes.withUnsafeBytes { left in
            rhs.name.bytes.withUnsafeBytes { right in
                TreeOrder.compare(left, isTree: lhs.mode.isTree, right, isTree: rhs.mode.isTree) < 0
            }
        }
    }
}
