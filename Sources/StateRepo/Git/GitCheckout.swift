import CLibgit2

/// Somebody's clone, as the commands of a checkout find it; read only.
///
/// Unlike ``GitRepository`` it has an index and a working tree, and it may be a linked working tree or borrow objects
/// from another clone. Only the user's own clones are opened, and no configuration beside the clone's own is read.
package struct GitCheckout: ~Copyable {
    /// The most entries of the index that are looked at.
    package static let maximumEntries = 500_000

    let pointer: OpaquePointer

    /// Opens the clone that holds `directory`, which may be any folder inside it, or a bare repository.
    ///
    /// - Throws: `notFound` when no folder on the way up is one.
    package init(around directory: String) throws(GitError) {
        LibGit2.start
        self.pointer = try checkOwned("open clone") { git_repository_open_ext(&$0, directory, 0, nil) }
    }

    deinit { git_repository_free(pointer) }

    /// The folder that ``GitRepository`` can open: objects and refs of all working trees.
    package borrowing func commonDirectory() -> String {
        Self.withoutSlash(String(cString: git_repository_commondir(pointer)))
    }

    /// The root of the working tree; `nil` in a bare repository.
    package borrowing func workingDirectory() -> String? {
        git_repository_workdir(pointer).map { Self.withoutSlash(String(cString: $0)) }
    }

    /// Whether a file that is not tracked is kept out by `.gitignore` and the like.
    package borrowing func ignores(_ path: EntryPath) throws(GitError) -> Bool {
        guard let text = path.text else { return false }
        var isIgnored: Int32 = 0
        try check("read ignore rules", git_ignore_path_is_ignored(&isIgnored, pointer, text))
        return isIgnored == 1
    }

    /// The commit that is checked out; `nil` before the first one.
    package borrowing func head() throws(GitError) -> CommitID? {
        var id = git_oid()
        do {
            try check("read HEAD", git_reference_name_to_id(&id, pointer, "HEAD"))
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
        return CommitID(raw: id)
    }

    /// The content of a file in the commit that is checked out; `nil` when it has none of that name.
    ///
    /// - Throws: `limitExceeded` for more than `maximum` bytes.
    package borrowing func committedFile(_ path: EntryPath, maximum: Int) throws(GitError) -> [UInt8]? {
        guard let text = path.text, let object = try object("HEAD:\(text)") else { return nil }
        defer { git_object_free(object) }
        guard git_object_type(object) == GIT_OBJECT_BLOB else { return nil }
        let size = Int(git_blob_rawsize(object))
        guard size <= maximum else { throw GitError(.limitExceeded, "read file", "\(text) has \(size) bytes") }
        return Array(UnsafeRawBufferPointer(start: git_blob_rawcontent(object), count: size))
    }

    /// The names in a folder of the tree that `ref` names; empty when there is no such ref or folder.
    package borrowing func names(in folder: EntryPath, of ref: RefName) throws(GitError) -> [EntryName] {
        guard let text = folder.text, let object = try object("\(ref):\(text)") else { return [] }
        defer { git_object_free(object) }
        guard git_object_type(object) == GIT_OBJECT_TREE else { return [] }
        return (0..<git_tree_entrycount(object)).compactMap { index in
            git_tree_entry_byindex(object, index).flatMap { EntryName(String(cString: git_tree_entry_name($0))) }
        }
    }

    /// What git's name for a place in history stands for, to be freed; `nil` when it stands for nothing.
    private borrowing func object(_ expression: String) throws(GitError) -> OpaquePointer? {
        do {
            return try checkOwned("find object") { git_revparse_single(&$0, pointer, expression) }
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    private static func withoutSlash(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}

// MARK: - The index

/// One file of the index.
package struct StagedFile: Hashable, Sendable {
    package let path: EntryPath
    package let mode: FileMode
    package let blob: BlobID
}

extension GitCheckout {
    /// The files below `folder` that the next commit would have, by path; all of them for `nil`.
    ///
    /// - Parameter limit: the most entries that the whole index may have; tests lower it.
    /// - Throws: `invalid` while one of them is in conflict; `limitExceeded`.
    package borrowing func stagedFiles(
        below folder: EntryPath? = nil,
        limit: Int = Self.maximumEntries
    ) throws(GitError) -> [StagedFile] {
        let index: OpaquePointer = try checkOwned("read index") { git_repository_index(&$0, pointer) }
        defer { git_index_free(index) }
        let count = git_index_entrycount(index)
        guard count <= limit else {
            throw GitError(.limitExceeded, "read index", "it has \(count) entries")
        }
        let prefix = folder.map { $0.bytes + [UInt8(ascii: "/")] } ?? []
        var files: [StagedFile] = []
        for position in 0..<count {
            guard let entry = git_index_get_byindex(index, position)?.pointee, !Self.isOnlyAnnounced(entry) else {
                continue
            }
            let bytes = Array(String(cString: entry.path).utf8)
            guard bytes.starts(with: prefix), let path = EntryPath(bytes: bytes) else { continue }
            guard entry.flags & UInt16(GIT_INDEX_ENTRY_STAGEMASK) == 0 else {
                throw GitError(.invalid, "read index", "\(path) is in conflict")
            }
            files.append(StagedFile(path: path, mode: FileMode(rawValue: entry.mode), blob: BlobID(raw: entry.id)))
        }
        return files
    }

    /// Whether the entry only says that a file will be added (`git add --intent-to-add`).
    private static func isOnlyAnnounced(_ entry: git_index_entry) -> Bool {
        UInt32(entry.flags_extended) & GIT_INDEX_ENTRY_INTENT_TO_ADD.rawValue != 0
    }
}
