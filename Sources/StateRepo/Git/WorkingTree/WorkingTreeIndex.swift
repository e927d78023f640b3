import CLibgit2
import Glibc

/// The index of a working tree as it is on disk at one moment.
struct WorkingTreeIndex: Sendable {
    /// The most entries that are read.
    static let maximumEntries = GitCheckout.maximumEntries

    struct Entry: Sendable {
        let blob: BlobID
        let mode: FileMode
        let size: UInt32
        let modified: FileStamp.Time
        let changed: FileStamp.Time
        let inode: UInt32

        /// Whether a file of this stamp certainly is what the entry says.
        ///
        /// - Parameter time: when the index was written; a file that is not older may have changed since unseen.
        func isUntouched(_ stamp: FileStamp, since time: FileStamp.Time) -> Bool {
            stamp.fileMode == mode && UInt32(truncatingIfNeeded: stamp.size) == size && stamp.modified == modified
                && stamp.changed == changed && UInt32(truncatingIfNeeded: stamp.inode) == inode && stamp.modified < time
        }
    }

    /// What the next commit would have, by path.
    let entries: [EntryPath: Entry]
    /// The tree that these entries make.
    let tree: TreeID
    /// When the file was written.
    let modified: FileStamp.Time
    /// The hash at the end of the file: equal for equal content.
    let checksum: [UInt8]
    let isInConflict: Bool

    /// Reads the index of `folder`; `nil` when there is none.
    ///
    /// - Parameter known: an index that was read before; it is returned when the file has not changed since.
    init?(of folder: WorkingTreeFolder, known: WorkingTreeIndex? = nil) throws(GitError) {
        guard let stamp = try Self.stamp(folder.index) else { return nil }
        let handle: OpaquePointer = try checkOwned("read index") { git_index_open(&$0, folder.index) }
        defer { git_index_free(handle) }
        let checksum = git_index_checksum(handle).map { ObjectID<AnyKind>(raw: $0.pointee).bytes } ?? []
        if let known, known.checksum == checksum, known.modified == stamp.modified {
            self = known
            return
        }
        let count = git_index_entrycount(handle)
        guard count <= Self.maximumEntries else {
            throw GitError(.limitExceeded, "read index", "it has \(count) entries")
        }
        var entries: [EntryPath: Entry] = [:]
        entries.reserveCapacity(count)
        var ordered: [(path: EntryPath, entry: Entry)] = []
        ordered.reserveCapacity(count)
        for position in 0..<count {
            guard let raw = git_index_get_byindex(handle, position)?.pointee, !Self.isOnlyAnnounced(raw) else {
                continue
            }
            let path = EntryPath(unchecked: Self.bytes(raw.path))
            let entry = Entry(raw)
            entries[path] = entry
            ordered.append((path, entry))
        }
        self.entries = entries
        self.tree = try IndexTree.id(of: ordered)
        self.modified = stamp.modified
        self.checksum = checksum
        self.isInConflict = git_index_has_conflicts(handle) == 1
    }

    /// Whether the index of `folder` is not what git or a server has written: nobody knows any more what was staged.
    static func isDamaged(in folder: WorkingTreeFolder) throws(GitError) -> Bool {
        try SealedFile(path: folder.index, unsealed: Array("DIRC".utf8)).isDamaged()
    }

    private static func stamp(_ path: String) throws(GitError) -> FileStamp? {
        var status = stat()
        guard lstat(path, &status) != 0 else { return FileStamp(status) }
        let error = FileSystem.error("read index", path)
        guard error.code == .notFound else { throw error }
        return nil
    }

    private static func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }

    /// Whether the entry only says that a file will be added (`git add --intent-to-add`).
    private static func isOnlyAnnounced(_ entry: git_index_entry) -> Bool {
        UInt32(entry.flags_extended) & GIT_INDEX_ENTRY_INTENT_TO_ADD.rawValue != 0
    }
}

extension WorkingTreeIndex.Entry {
    fileprivate init(_ entry: git_index_entry) {
        blob = BlobID(raw: entry.id)
        mode = FileMode(rawValue: entry.mode)
        size = entry.file_size
        modified = Self.time(entry.mtime)
        changed = Self.time(entry.ctime)
        inode = entry.ino
    }

    private static func time(_ time: git_index_time) -> FileStamp.Time {
        FileStamp.Time(seconds: Int64(time.seconds), nanoseconds: Int64(time.nanoseconds))
    }
}

/// Names the tree that an index makes, without storing it.
private enum IndexTree {
    /// - Parameter entries: in the order of the index, which is that of the paths' bytes.
    static func id(of entries: [(path: EntryPath, entry: WorkingTreeIndex.Entry)]) throws(GitError) -> TreeID {
        var position = 0
        return try folder([], entries, &position)
    }

    /// The tree of the folder with this prefix, whose first entry is at `position`.
    private static func folder(
        _ prefix: [UInt8],
        _ entries: [(path: EntryPath, entry: WorkingTreeIndex.Entry)],
        _ position: inout Int
    ) throws(GitError) -> TreeID {
        var found: [GitTreeEntry] = []
        while position < entries.count, entries[position].path.bytes.starts(with: prefix) {
            let (path, entry) = entries[position]
            let rest = path.bytes[prefix.count...]
            if let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
                let name = EntryName(unchecked: rest[..<slash])
                let id = try folder(Array(path.bytes[...slash]), entries, &position)
                found.append(GitTreeEntry(name: name, mode: .tree, id: id))
            } else {
                found.append(GitTreeEntry(name: EntryName(unchecked: rest), mode: entry.mode, id: entry.blob))
                position += 1
            }
        }
        return try ObjectHash.tree(found)
    }
}
