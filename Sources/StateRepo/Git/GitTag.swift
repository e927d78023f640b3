import CLibgit2

/// An annotated tag, decoded as far as it is looked at.
package struct GitTag: Hashable, Sendable {
    /// The largest tag that is read, in bytes; most of it is the message.
    package static let maximumSize = 64 << 10

    package let target: AnyObjectID
    /// What the tag says that its target is: `commit`, `tree`, `blob` or `tag`.
    package let targetType: String
    /// The whole object as it is stored: header and message.
    package let content: [UInt8]
}

extension GitRepository {
    /// An annotated tag.
    ///
    /// - Throws: `invalid` when `id` is no tag, `limitExceeded` when it is too large, `corrupt` without a target.
    package borrowing func readTag(_ id: AnyObjectID) throws(GitError) -> GitTag {
        try read(id, as: GIT_OBJECT_TAG, maximum: GitTag.maximumSize).withBytes { (bytes) throws(GitError) in
            var header = CommitHeader(content: bytes)
            guard let target = header.value(of: "object").flatMap({ AnyObjectID(hex: $0) }),
                let type = header.value(of: "type")
            else { throw GitError(.corrupt, "read tag", "\(id) has no valid target") }
            return GitTag(target: target, targetType: String(decoding: type, as: UTF8.self), content: Array(bytes))
        }
    }

    /// What stands at `path` in a tree, or `nil`.
    package borrowing func lookUp(_ path: EntryPath, in tree: TreeID) throws(GitError) -> GitTreeEntry? {
        var directory: TreeID? = tree
        var found: GitTreeEntry?
        for name in path.components {
            guard let id = directory else { return nil }
            found = try readTreeObject(id).withBytes { (bytes) throws(GitError) in
                var scanner = TreeScanner(bytes)
                while let entry = try scanner.next() {
                    if entry.name.elementsEqual(name.bytes) { return GitTreeEntry(entry) }
                }
                return nil
            }
            directory = found?.treeID
        }
        return found
    }
}
