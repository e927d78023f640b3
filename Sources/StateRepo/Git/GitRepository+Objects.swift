import CLibgit2

extension GitRepository {
    /// The largest commit that is read, in bytes; most of it is the message.
    package static let maximumCommitSize = 1 << 20

    /// The largest tree object that is read, in bytes: some 400,000 entries in one directory.
    package static let maximumTreeSize = 16 << 20

    /// Whether the object is stored here; says nothing about whether it can be read.
    package borrowing func contains(_ id: ObjectID<some ObjectKind>) -> Bool {
        var raw = id.raw
        return objects.lookingAgain { git_odb_exists(objects.pointer, &raw) == 1 ? 0 : GIT_ENOTFOUND.rawValue } == 0
    }

    /// The kind of a stored object.
    package enum StoredKind: Sendable { case commit, tree, blob, tag }

    /// What kind of object `id` names.
    package borrowing func kind(of id: AnyObjectID) throws(GitError) -> StoredKind {
        switch try header(of: id).type {
        case GIT_OBJECT_COMMIT: .commit
        case GIT_OBJECT_TREE: .tree
        case GIT_OBJECT_BLOB: .blob
        case GIT_OBJECT_TAG: .tag
        default: throw GitError(.corrupt, "read object", "\(id) is of no known kind")
        }
    }

    /// The size of a blob in bytes, read without reading the blob.
    package borrowing func blobSize(_ id: BlobID) throws(GitError) -> Int {
        let header = try header(of: id)
        guard header.type == GIT_OBJECT_BLOB else { throw Self.wrongKind(id, expected: "blob") }
        return header.size
    }

    /// The content of a blob.
    ///
    /// - Throws: `limitExceeded`, before the blob is read, when it has more than `maximum` bytes.
    package borrowing func readBlob(_ id: BlobID, maximum: Int) throws(GitError) -> [UInt8] {
        // The header first: a blob may be larger than what anybody wants to inflate.
        let size = try blobSize(id)
        guard size <= maximum else { throw Self.tooLarge(id, size, maximum) }
        return try read(id, as: GIT_OBJECT_BLOB, maximum: maximum).withBytes { Array($0) }
    }

    /// The entries of one tree, in git's order.
    package borrowing func readTree(_ id: TreeID) throws(GitError) -> [GitTreeEntry] {
        try readTreeObject(id).withBytes { (bytes) throws(GitError) in
            var scanner = TreeScanner(bytes)
            var entries: [GitTreeEntry] = []
            while let entry = try scanner.next() { entries.append(GitTreeEntry(entry)) }
            return entries
        }
    }

    /// A commit, decoded.
    package borrowing func readCommit(_ id: CommitID) throws(GitError) -> GitCommit {
        try read(id, as: GIT_OBJECT_COMMIT, maximum: Self.maximumCommitSize).withBytes { (bytes) throws(GitError) in
            try GitCommit(id: id, parsing: bytes)
        }
    }

    borrowing func readTreeObject(_ id: TreeID) throws(GitError) -> StoredObject {
        try read(id, as: GIT_OBJECT_TREE, maximum: Self.maximumTreeSize)
    }

    borrowing func read<Kind>(
        _ id: ObjectID<Kind>,
        as type: git_object_t,
        maximum: Int
    ) throws(GitError) -> StoredObject {
        var raw = id.raw
        var pointer: OpaquePointer?
        let status = objects.lookingAgain { git_odb_read(&pointer, objects.pointer, &raw) }
        guard status >= 0, let pointer else { throw GitError(reading: AnyObjectID(rebinding: id), status: status) }
        let object = StoredObject(owning: pointer)
        guard object.type == type else {
            throw Self.wrongKind(id, expected: String(cString: git_object_type2string(type)))
        }
        guard object.size <= maximum else { throw Self.tooLarge(id, object.size, maximum) }
        return object
    }

    private borrowing func header(
        of id: ObjectID<some ObjectKind>
    ) throws(GitError) -> (type: git_object_t, size: Int) {
        var raw = id.raw
        var size = 0
        var type = GIT_OBJECT_INVALID
        let status = objects.lookingAgain { git_odb_read_header(&size, &type, objects.pointer, &raw) }
        guard status >= 0 else { throw GitError(reading: AnyObjectID(rebinding: id), status: status) }
        return (type, size)
    }

    private static func tooLarge(_ id: ObjectID<some ObjectKind>, _ size: Int, _ maximum: Int) -> GitError {
        GitError(.limitExceeded, "read object", "\(id) has \(size) bytes, more than \(maximum)")
    }

    private static func wrongKind(_ id: ObjectID<some ObjectKind>, expected: String) -> GitError {
        GitError(.invalid, "read object", "\(id) is not a \(expected)")
    }
}
