import Foundation
import SystemPackage

/// What is in a data folder is a file or a folder, as it was made.
extension DataFolder {
    /// An entry that has to be a file, or a folder, where it is there at all.
    private struct Entry {
        let path: String
        var isFolder = false
        /// Whether a link may stand for it.
        var followsLinks = true
        let remedy: String
    }

    /// What is something else than a server can use, each with its path, the reason and what to do.
    func misplaced() -> [String] {
        entries.compactMap { entry in
            let status: Stat
            // What is not there is made, or its loss is told elsewhere.
            do {
                status = try Stat(entry.path, followTargetSymlink: entry.followsLinks)
            } catch {
                return nil
            }
            let wanted: FileType = entry.isFolder ? .directory : .regular
            guard status.type != wanted else { return nil }
            let kind =
                switch status.type {
                case .directory: "a folder"
                case .symbolicLink: "a link"
                case .regular: "a file"
                default: "no file"
                }
            return "\(entry.path) is \(kind), not a \(entry.isFolder ? "folder" : "file"): \(entry.remedy)"
        } + missing
    }

    /// Folders without which git takes the repository for none.
    private var missing: [String] {
        guard FileManager.default.fileExists(atPath: "\(repository)/HEAD") else { return [] }
        return [("objects", "restore a backup or a clone"), ("refs", "make the folder, and start again")]
            .filter { !FileManager.default.fileExists(atPath: "\(repository)/\($0.0)") }
            .map { "\(repository)/\($0.0) is missing: \($0.1)" }
    }

    private var entries: [Entry] {
        let anew = "move it away, and it is made anew"
        let kept = "move it away, and put it back from a backup"
        let files =
            [
                index, health, setupCode, accessToken, "\(repository)/HEAD", "\(repository)/config",
                "\(hooks)/pre-receive",
            ]
            .map { Entry(path: $0, remedy: anew) }
            + [local, instance, "\(repository)/packed-refs"].map { Entry(path: $0, remedy: kept) }
            + [Entry(path: "\(repository)/gitplane.journal", followsLinks: false, remedy: kept)]
            + ["gitplane.mark", "gitplane.mark.new", "gitplane.branch"]
            .map { Entry(path: "\(repository)/\($0)", followsLinks: false, remedy: anew) }
        let folders =
            [repository, "\(repository)/objects", "\(repository)/refs", "\(repository)/refs/heads"]
            .map { Entry(path: $0, isFolder: true, remedy: kept) }
            + [Entry(path: hooks, isFolder: true, remedy: anew)]
        return files + folders
    }
}
