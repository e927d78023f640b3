import CLibgit2
import Glibc

/// A new index, made beside the one that it will replace: what a projection does not touch is copied.
struct IndexDraft: ~Copyable {
    private let handle: OpaquePointer
    let path: String

    /// Starts from the index of `folder`, or from an empty one when there is none.
    ///
    /// Entries of files that could have changed unseen since the index was written are marked, as git does itself when
    /// it writes an index (`ce_smudge_racily_clean_entry`): whoever looks next compares the content.
    static func make(of folder: WorkingTreeFolder, _ index: WorkingTreeIndex?) throws(GitError) -> IndexDraft {
        let draft = try IndexDraft(opening: copy(of: folder, isEmpty: index == nil))
        guard let index else { return draft }
        for (path, entry) in index.entries where entry.modified >= index.modified && entry.size > 0 {
            try draft.mark(path)
        }
        return draft
    }

    private init(opening path: String) throws(GitError) {
        LibGit2.start
        let handle: OpaquePointer = try checkOwned("draft index") { git_index_open(&$0, path) }
        self.path = path
        self.handle = handle
    }

    private static func copy(of folder: WorkingTreeFolder, isEmpty: Bool) throws(GitError) -> String {
        let path = "\(folder.scratch)/index"
        // A crash may have left the draft, and libgit2's lock of it (`git_index_write`); nobody else makes drafts here.
        for name in [path, "\(path).lock"] {
            guard unlink(name) == 0 || errno == ENOENT else { throw FileSystem.error("draft index", name) }
        }
        if !isEmpty {
            try FileSystem.write(FileSystem.contents(of: folder.index, maximum: maximumSize), to: path)
        }
        return path
    }

    /// The largest index that is copied, in bytes; an entry takes about a hundred.
    static let maximumSize = 256 << 20

    deinit { git_index_free(handle) }

    /// Says that the file at `path` has the content `blob`, and how it looked then.
    borrowing func put(_ path: EntryPath, _ blob: BlobID, _ stamp: FileStamp) throws(GitError) {
        let status = Self.location(path).withUnsafeBufferPointer { text in
            text.baseAddress.map { name in
                var entry = stamp.entry(blob, path: name)
                return git_index_add(handle, &entry)
            } ?? GIT_EINVALID.rawValue
        }
        try check("draft index", status)
    }

    /// Says what should be at `path`, and that nobody has looked at the file.
    borrowing func put(_ path: EntryPath, unseen blob: BlobID) throws(GitError) {
        var status = stat()
        status.st_mode = S_IFREG | 0o644
        try put(path, blob, FileStamp(status))
    }

    borrowing func remove(_ path: EntryPath) throws(GitError) {
        do {
            try check("draft index", git_index_remove(handle, Self.location(path), 0))
        } catch {
            guard error.code == .notFound else { throw error }
        }
    }

    /// Writes the draft to ``path``.
    borrowing func write() throws(GitError) { try check("write index", git_index_write(handle)) }

    /// Makes whoever looks next compare the content.
    private borrowing func mark(_ path: EntryPath) throws(GitError) {
        guard let entry = git_index_get_bypath(handle, Self.location(path), 0) else { return }
        var marked = entry.pointee
        marked.file_size = 0
        try check("draft index", git_index_add(handle, &marked))
    }

    private static func location(_ path: EntryPath) -> [CChar] { (path.bytes + [0]).map { CChar(bitPattern: $0) } }
}
