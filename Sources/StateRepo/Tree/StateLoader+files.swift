extension StateLoader {
    /// The files that the server reads at or below `path` of a tree, by path; empty when there are none.
    package static func files(
        at path: String,
        in tree: TreeID,
        of repository: borrowing GitRepository
    ) throws(GitError) -> [StateFile] {
        guard let place = EntryPath(path), let entry = try repository.lookUp(place, in: tree) else { return [] }
        var files: [StateFile] = []
        guard let subtree = entry.treeID else {
            try append(entry, at: path, to: &files, repository)
            return files
        }
        for entry in try repository.readTree(subtree) {
            guard let name = entry.name.text else { continue }
            try append(entry, at: "\(path)/\(name)", to: &files, repository)
        }
        return files
    }

    private static func append(
        _ entry: GitTreeEntry,
        at path: String,
        to files: inout [StateFile],
        _ repository: borrowing GitRepository
    ) throws(GitError) {
        guard entry.mode == .blob, let blob = entry.blobID, Layout.role(of: path)?.isRead == true,
            try repository.blobSize(blob) <= Layout.maximumFileSize
        else { return }
        let content = try repository.readBlob(blob, maximum: Layout.maximumFileSize)
        files.append(StateFile(path: path, blob: blob, content: content))
    }
}
