import Glibc

/// Compares a working tree with its index: the stamp of every file, the content of those whose stamp differs.
struct WorkingTreeScan: ~Copyable {
    /// The most files that are looked at.
    static let maximumFiles = FolderReader.maximumFiles
    /// The most content that is read, in bytes.
    static let maximumBytes = 64 << 20
    /// How deep folders are entered.
    static let maximumDepth = FolderReader.maximumDepth

    private let folder: WorkingTreeFolder
    private let index: WorkingTreeIndex
    private let checkout: GitCheckout
    private let limit: Int
    private let fileLimit: Int
    private var edits: [WorkingTreeEdit] = []
    private var folders: [String] = []
    private var seen: Set<EntryPath> = []
    private var count = 0
    private var bytes = 0

    init(_ folder: WorkingTreeFolder, _ index: WorkingTreeIndex, limit: Int, fileLimit: Int) throws(GitError) {
        let checkout = try GitCheckout(around: folder.root)
        self.folder = folder
        self.index = index
        self.limit = limit
        self.fileLimit = fileLimit
        self.checkout = checkout
    }

    /// - Throws: `limitExceeded` when there are more files, edits or bytes than are looked at.
    consuming func run() throws(GitError) -> WorkingTreeEdits {
        seen.reserveCapacity(index.entries.count)
        try look(in: [])
        if seen.count < index.entries.count {
            for path in index.entries.keys where !seen.contains(path) {
                try add(WorkingTreeEdit(path: path, content: .removed, stamp: nil, isTracked: true))
            }
        }
        return WorkingTreeEdits(
            edits: edits.sorted { $0.path < $1.path },
            folders: folders,
            trackedCount: index.entries.count
        )
    }

    private mutating func look(in place: [EntryName]) throws(GitError) {
        let path = EntryPath(place)
        let directory = FolderListing(folder.root, path)
        folders.append(path?.text ?? "")
        for (name, stamp) in try directory.entries() {
            guard let path = EntryPath(place + [name]) else { continue }
            if stamp.isFolder {
                try enter(path, place + [name])
            } else if stamp.fileMode != nil {
                try note(path, stamp)
            }
        }
    }

    private mutating func enter(_ path: EntryPath, _ place: [EntryName]) throws(GitError) {
        if path.bytes == Array(".git".utf8) { return }
        if place.count <= Self.maximumDepth, !FolderListing(folder.root, path).holdsRepository {
            return try look(in: place)
        }
        guard try !checkout.ignores(path) else { return }
        let mode: FileMode = place.count <= Self.maximumDepth ? .submodule : .blob
        guard let finding = StrayRules.diagnostic(path, mode: mode) else { return }
        try add(WorkingTreeEdit(path: path, content: .refused(finding), stamp: nil, isTracked: false))
    }

    private mutating func note(_ path: EntryPath, _ stamp: FileStamp) throws(GitError) {
        count += 1
        guard count <= fileLimit else {
            throw GitError(.limitExceeded, "read working tree", "it has more than \(fileLimit) files")
        }
        guard let entry = index.entries[path] else { return try noteUntracked(path, stamp) }
        seen.insert(path)
        guard !entry.isUntouched(stamp, since: index.modified) else { return }
        guard let content = try read(path, stamp, tracked: entry.blob) else {
            return try add(WorkingTreeEdit(path: path, content: .removed, stamp: nil, isTracked: true))
        }
        if case .file(let blob, _) = content, blob == entry.blob, stamp.fileMode == entry.mode { return }
        try add(WorkingTreeEdit(path: path, content: content, stamp: stamp, isTracked: true))
    }

    private mutating func noteUntracked(_ path: EntryPath, _ stamp: FileStamp) throws(GitError) {
        // `.git` of a linked working tree is a file.
        guard path.bytes != Array(".git".utf8), let name = path.components.last else { return }
        let isStray = path.text.flatMap { Layout.role(of: $0) } == nil
        guard !(isStray && EditorFiles.isTemporary(name)), try !checkout.ignores(path) else { return }
        guard let content = try read(path, stamp) else { return }
        try add(WorkingTreeEdit(path: path, content: content, stamp: stamp, isTracked: false))
    }

    /// `nil` when the file is gone meanwhile.
    ///
    /// - Parameter tracked: what the index has; a file of the very same bytes is that, whatever git would make of its ends of lines.
    private mutating func read(
        _ path: EntryPath,
        _ stamp: FileStamp,
        tracked: BlobID? = nil
    ) throws(GitError) -> WorkingTreeEdit.Content? {
        if let finding = StrayRules.diagnostic(path, mode: stamp.fileMode ?? .blob) { return .refused(finding) }
        let file = path.description
        if let finding = StrayRules.diagnostic(file, size: Int(stamp.size)) { return .refused(finding) }
        do {
            let files = try WorkingTreeFiles(folder)
            let raw = try files.contents(path, maximum: Layout.maximumFileSize)
            bytes += raw.count
            if let tracked, try ObjectHash.blob(raw) == tracked { return .file(tracked, raw) }
            let content = try checkout.cleaned(raw, at: path)
            return .file(try ObjectHash.blob(content), content)
        } catch {
            guard error.code != .notFound else { return nil }
            return .refused(Diagnostic(.error, "layout.unreadable", file: file, "the file cannot be read"))
        }
    }

    private mutating func add(_ edit: WorkingTreeEdit) throws(GitError) {
        edits.append(edit)
        guard edits.count <= limit, bytes <= Self.maximumBytes else {
            let message = "more than \(limit) files or \(Self.maximumBytes >> 20) MiB are edited"
            throw GitError(.limitExceeded, "read working tree", "\(message): commit them with git")
        }
    }
}

/// One folder of a working tree.
private struct FolderListing {
    private let location: [CChar]

    init(_ root: String, _ path: EntryPath?) {
        var bytes = Array(root.utf8)
        if let path { bytes += Array("/".utf8) + path.bytes }
        location = (bytes + [0]).map { CChar(bitPattern: $0) }
    }

    var holdsRepository: Bool {
        var status = stat()
        return lstat(location.dropLast() + Array("/.git".utf8CString), &status) == 0
    }

    /// Names and stamps of everything in it; what is gone meanwhile is left out.
    func entries() throws(GitError) -> [(EntryName, FileStamp)] {
        let descriptor = open(location, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return try whenMissing() }
        guard let directory = fdopendir(descriptor) else {
            close(descriptor)
            throw FileSystem.error("read folder", "working tree")
        }
        defer { closedir(directory) }
        var entries: [(EntryName, FileStamp)] = []
        while let entry = readdir(directory) {
            let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard bytes != [0x2E], bytes != [0x2E, 0x2E], let name = EntryName(bytes: bytes) else { continue }
            var status = stat()
            let text = (bytes + [0]).map { CChar(bitPattern: $0) }
            guard fstatat(descriptor, text, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
            entries.append((name, FileStamp(status)))
        }
        return entries
    }

    private func whenMissing() throws(GitError) -> [(EntryName, FileStamp)] {
        let error = FileSystem.error("read folder", "working tree")
        guard error.code == .notFound else { throw error }
        return []
    }
}
