import CLibgit2
import Glibc

/// The files of a working tree, reached from its root folder without following a link on the way.
///
/// A file is never written in place: what was there is changed over for what comes, looked at, and put back when it is not
/// what was expected, so that an edit that nobody has read cannot be lost.
struct WorkingTreeFiles: ~Copyable {
    private let root: Int32
    private let folder: WorkingTreeFolder

    init(_ folder: WorkingTreeFolder) throws(GitError) {
        root = open(folder.root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard root >= 0 else { throw FileSystem.error("open working tree", folder.root) }
        self.folder = folder
    }

    deinit { close(root) }

    /// What is at `path`; `nil` when there is nothing, or a link or a file where a folder should be.
    borrowing func stamp(_ path: EntryPath) throws(GitError) -> FileStamp? {
        try at(path) { (parent, name) throws(GitError) in try Self.stamp(parent, name) } ?? nil
    }

    /// The bytes of the file at `path`.
    ///
    /// - Throws: `notFound`; `limitExceeded`; `invalid` for anything but a file.
    borrowing func contents(_ path: EntryPath, maximum: Int) throws(GitError) -> [UInt8] {
        let content = try at(path) { (parent, name) throws(GitError) in
            let descriptor = openat(parent, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
            guard descriptor >= 0 else { throw FileSystem.error("read", path.description) }
            defer { close(descriptor) }
            return try FileSystem.contents(ofOpen: descriptor, path.description, maximum: maximum)
        }
        guard let content else { throw GitError(.notFound, "read", path.description) }
        return content
    }

    /// Puts the scratch file where there is nothing yet; folders on the way are made.
    ///
    /// - Throws: `exists` when something is there.
    borrowing func add(_ scratch: String, at path: EntryPath) throws(GitError) {
        try makeFolders(to: path)
        try change(path) { parent, name in clibgit2_move(AT_FDCWD, scratch, parent, name) }
    }

    /// Changes the file at `path` over for the scratch file.
    ///
    /// - Throws: `notFound` when there is nothing at `path`.
    borrowing func exchange(_ scratch: String, with path: EntryPath) throws(GitError) {
        try change(path) { parent, name in
            let status = clibgit2_exchange(AT_FDCWD, scratch, parent, name)
            guard status != 0, errno == EINVAL || errno == ENOSYS else { return status }
            return Self.exchangeInSteps(scratch, parent, name)
        }
    }

    /// Moves the file at `path` to the scratch name.
    borrowing func take(_ path: EntryPath, to scratch: String) throws(GitError) {
        try change(path) { parent, name in clibgit2_move(parent, name, AT_FDCWD, scratch) }
    }

    /// Removes the folders that a removed file has left empty, from the inside out.
    borrowing func removeEmptyFolders(above path: EntryPath) throws(GitError) {
        var names = path.components.dropLast()
        while let place = EntryPath(Array(names)) {
            let isRemoved = try at(place) { parent, name in unlinkat(parent, name, AT_REMOVEDIR) == 0 }
            guard isRemoved == true else { return }
            names = names.dropLast()
        }
    }

    /// For file systems that cannot change two files over in one step.
    private static func exchangeInSteps(_ scratch: String, _ parent: Int32, _ name: [CChar]) -> Int32 {
        let aside = scratch + ".old"
        guard renameat(parent, name, AT_FDCWD, aside) == 0 else { return -1 }
        guard renameat(AT_FDCWD, scratch, parent, name) == 0 else { return -1 }
        return rename(aside, scratch)
    }

    private borrowing func change(_ path: EntryPath, _ body: (Int32, [CChar]) -> Int32) throws(GitError) {
        let outcome: Void? = try at(path) { (parent, name) throws(GitError) in
            guard body(parent, name) == 0 else { throw FileSystem.error("change file", path.description) }
        }
        guard outcome != nil else { throw GitError(.notFound, "change file", path.description) }
    }

    /// Opens the folder that holds `path`; `nil` when there is none.
    private borrowing func at<Result>(
        _ path: EntryPath,
        _ body: (Int32, [CChar]) throws(GitError) -> Result
    ) throws(GitError) -> Result? {
        let names = path.components
        guard let last = names.last else { return nil }
        var parent = root
        defer { if parent != root { close(parent) } }
        for name in names.dropLast() {
            let next = openat(parent, name.location, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard next >= 0 else {
                let isLink = errno == ELOOP
                let error = FileSystem.error("open folder", path.description)
                guard isLink || error.code == .notFound else { throw error }
                return nil
            }
            if parent != root { close(parent) }
            parent = next
        }
        return try body(parent, last.location)
    }

    private borrowing func makeFolders(to path: EntryPath) throws(GitError) {
        var names: [EntryName] = []
        for name in path.components.dropLast() {
            names.append(name)
            guard let place = EntryPath(names) else { continue }
            let status = try at(place) { parent, name in mkdirat(parent, name, 0o777) == 0 || errno == EEXIST }
            guard status == true else { throw FileSystem.error("make folder", place.description) }
        }
    }

    private static func stamp(_ parent: Int32, _ name: [CChar]) throws(GitError) -> FileStamp? {
        var status = stat()
        guard fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0 else { return FileStamp(status) }
        let error = FileSystem.error("read", "working tree")
        guard error.code == .notFound else { throw error }
        return nil
    }
}

extension EntryName {
    /// The name as C wants it; it need not be UTF-8.
    fileprivate var location: [CChar] { (bytes + [0]).map { CChar(bitPattern: $0) } }
}
