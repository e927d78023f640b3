import Glibc

/// Reads a folder of the file system as git would see it if everything in it were added.
package struct FolderReader: Sendable {
    /// The most files that are read.
    package static let maximumFiles = StateLoader.maximumChanges
    /// How deep folders are entered; a little below what the layout accepts, so that it can say what is too deep.
    package static let maximumDepth = Layout.maximumDepth + 4

    private let root: String
    private let limit: Int

    /// - Parameters:
    ///   - root: the absolute path of the folder that holds `state/`.
    ///   - limit: the most files; tests lower it.
    package init(root: String, limit: Int = Self.maximumFiles) {
        self.root = root
        self.limit = limit
    }

    /// One edit for each file, sorted by path.
    ///
    /// The folder `.git` at the top is left out, and so are empty folders, sockets and the like, as git does.
    /// - Parameter isWanted: whether a file counts; it is asked before the file is read.
    /// - Throws: ``GitError`` when a folder cannot be read or there are too many files.
    package func read(where isWanted: (EntryPath) throws(GitError) -> Bool) throws(GitError) -> [FileEdit] {
        var edits: [FileEdit] = []
        try read([], &edits, isWanted)
        return edits.sorted { $0.path < $1.path }
    }

    private func read(
        _ folder: [EntryName],
        _ edits: inout [FileEdit],
        _ isWanted: (EntryPath) throws(GitError) -> Bool
    ) throws(GitError) {
        for name in try names(in: folder) {
            guard let path = EntryPath(folder + [name]), let status = try status(of: path) else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                if folder.isEmpty, name == Self.repository { continue }
                if try isSubmodule(path), try isWanted(path) {
                    edits.append(FileEdit(path: path, change: .put(.submodule, .zero, content: nil)))
                } else if folder.count < Self.maximumDepth {
                    try read(folder + [name], &edits, isWanted)
                }
            } else if let edit = try edit(path, status, isWanted) {
                guard edits.count < limit else {
                    throw GitError(.limitExceeded, "read folder", "\(root) has more than \(limit) files")
                }
                edits.append(edit)
            }
        }
    }

    private func edit(
        _ path: EntryPath,
        _ status: stat,
        _ isWanted: (EntryPath) throws(GitError) -> Bool
    ) throws(GitError) -> FileEdit? {
        guard let mode = Self.mode(status), try isWanted(path) else { return nil }
        guard mode == .blob, let text = path.text, let role = Layout.role(of: text) else {
            return FileEdit(path: path, change: .put(mode, .zero, content: nil))
        }
        do {
            let content = try FileSystem.contents(of: "\(root)/\(text)", maximum: Layout.maximumFileSize)
            let blob = try ObjectHash.blob(content)
            return FileEdit(path: path, change: .put(.blob, blob, content: role.isRead ? content : nil))
        } catch {
            guard error.code != .notFound else { return nil }
            let isTooLarge = error.code == .limitExceeded
            let message =
                isTooLarge
                ? "the file has \(status.st_size) bytes; at most \(Layout.maximumFileSize) are allowed"
                : "the file cannot be read"
            let code = isTooLarge ? "layout.too_large" : "layout.unreadable"
            return FileEdit(path: path, change: .refuse(Diagnostic(.error, code, file: text, message)))
        }
    }

    /// What git would make of a file; `nil` for what it does not track.
    private static func mode(_ status: stat) -> FileMode? {
        switch status.st_mode & S_IFMT {
        case S_IFREG: status.st_mode & S_IXUSR == 0 ? .blob : .executable
        case S_IFLNK: .symlink
        default: nil
        }
    }

    private func isSubmodule(_ path: EntryPath) throws(GitError) -> Bool {
        guard let inner = EntryPath(path.components + [Self.repository]) else { return false }
        return try status(of: inner) != nil
    }

    /// `nil` when the file is gone.
    private func status(of path: EntryPath) throws(GitError) -> stat? {
        var result = stat()
        guard lstat(location(path), &result) != 0 else { return result }
        let error = FileSystem.error("read", "\(root)/\(path)")
        guard error.code == .notFound else { throw error }
        return nil
    }

    private func names(in folder: [EntryName]) throws(GitError) -> [EntryName] {
        let place = EntryPath(folder).map(location) ?? Array(root.utf8CString)
        guard let directory = opendir(place) else { throw FileSystem.error("read", root) }
        defer { closedir(directory) }
        var names: [EntryName] = []
        while let entry = readdir(directory) {
            let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard let name = EntryName(bytes: bytes), bytes != [0x2E], bytes != [0x2E, 0x2E] else { continue }
            names.append(name)
        }
        return names
    }

    /// The path as C wants it; names need not be UTF-8.
    private func location(_ path: EntryPath) -> [CChar] {
        Array(root.utf8CString.dropLast()) + (Array("/".utf8) + path.bytes + [0]).map { CChar(bitPattern: $0) }
    }

    private static let repository = EntryName(unchecked: ".git".utf8)
}
