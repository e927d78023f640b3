import CLibgit2

extension GitRepository {
    /// Stores a blob; it is on disk when the call returns.
    package borrowing func writeBlob(_ content: [UInt8]) throws(GitError) -> BlobID {
        try write(content, GIT_OBJECT_BLOB)
    }

    /// Stores a tree with these entries, which may come in any order.
    ///
    /// - Throws: `invalid` for a name that is not ``EntryName/isWritable`` or stands twice, `notFound` for an entry whose
    ///   object is not stored (submodules excepted).
    package borrowing func writeTree(_ entries: [GitTreeEntry]) throws(GitError) -> TreeID {
        var names: Set<EntryName> = []
        for entry in entries {
            try checkWritable(entry)
            guard names.insert(entry.name).inserted else {
                throw GitError(.invalid, "write tree", "\(entry.name) stands twice")
            }
        }
        return try writeTree(content: TreeWriter.content(of: entries.sorted(by: GitTreeEntry.isOrdered)))
    }

    /// Stores a commit without moving any ref.
    ///
    /// The message is stored as it is given; both signatures are written with offset 0.
    /// - Throws: `invalid` for a message with NUL or a signature git could not read back, `notFound` when the tree or a
    ///   parent is not stored.
    package borrowing func writeCommit(
        tree: TreeID,
        parents: [CommitID],
        author: Signature,
        committer: Signature,
        message: String
    ) throws(GitError) -> CommitID {
        let content = try GitCommit.content(tree, parents, author, committer, message)
        try checkStored(tree, "write commit")
        for parent in parents { try checkStored(parent, "write commit") }
        return try write(content, GIT_OBJECT_COMMIT)
    }

    /// Stores the bytes of a tree; whoever calls has checked the entries and their order.
    borrowing func writeTree(content: [UInt8]) throws(GitError) -> TreeID {
        guard content.count <= Self.maximumTreeSize else {
            throw GitError(.limitExceeded, "write tree", "\(content.count) bytes, more than \(Self.maximumTreeSize)")
        }
        return try write(content, GIT_OBJECT_TREE)
    }

    borrowing func checkWritable(_ entry: GitTreeEntry) throws(GitError) {
        guard entry.name.isWritable else { throw GitError(.invalid, "write tree", "\(entry.name) is a reserved name") }
        guard entry.mode != .submodule else { return }
        try checkStored(entry.id, "write tree")
    }

    private borrowing func checkStored(_ id: ObjectID<some ObjectKind>, _ operation: String) throws(GitError) {
        guard contains(id) else { throw GitError(.notFound, operation, "\(id) is not stored") }
    }

    private borrowing func write<Kind>(_ content: [UInt8], _ type: git_object_t) throws(GitError) -> ObjectID<Kind> {
        var id = git_oid()
        try check("hash object", git_odb_hash(&id, content, content.count, type))
        try removeDamaged(AnyObjectID(raw: id), content, type)
        try check("write object", git_odb_write(&id, objects.pointer, content, content.count, type))
        return ObjectID(raw: id)
    }

    /// Removes the object's file when it has anything but that content: libgit2 takes an object that has a file for written.
    private borrowing func removeDamaged(
        _ id: AnyObjectID,
        _ content: [UInt8],
        _ type: git_object_t
    ) throws(GitError) {
        let name = id.description
        let file = "\(path)/objects/\(name.prefix(2))/\(name.dropFirst(2))"
        guard FileSystem.exists(file) else { return }
        do throws(GitError) {
            let bytes = try FileSystem.contents(of: file, maximum: LooseObjectFile.maximumFileSize)
            guard !LooseObjectFile.isWhole(bytes, content, type) else { return }
        } catch {
            // What cannot be read for another reason is no proof of damage, and what is gone meanwhile is in a pack.
            guard error.code == .corrupt || error.code == .limitExceeded else { return }
        }
        try FileSystem.remove(file)
    }
}
