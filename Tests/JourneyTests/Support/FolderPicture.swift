import Foundation
import Glibc
import TestSupport

/// Everything below a folder at one moment, to be compared with another moment; links are not followed.
///
/// Files are compared byte by byte. The folder itself is left out: its time says no more than the names in it.
struct FolderPicture {
    /// What stands at one path.
    struct Entry: Equatable, CustomStringConvertible {
        /// Kind and permission bits (inode(7)).
        let mode: mode_t
        /// In bytes.
        let size: Int
        /// Seconds and nanoseconds since 1970.
        let modified: [Int]
        /// The bytes of a file, and the target of a link; of others nothing.
        let content: Data

        init(at path: String) throws {
            var status = stat()
            guard lstat(path, &status) == 0 else {
                throw ChildProcess.Failure(description: "\(path) cannot be looked at: errno \(errno)")
            }
            self.mode = status.st_mode
            self.size = Int(status.st_size)
            self.modified = [Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec)]
            switch status.st_mode & S_IFMT {
            case S_IFREG: self.content = try Data(contentsOf: URL(filePath: path))
            case S_IFLNK: self.content = try Data(FileManager.default.destinationOfSymbolicLink(atPath: path).utf8)
            default: self.content = Data()
            }
        }

        var description: String { "mode \(String(mode, radix: 8)), \(size) bytes, modified at \(modified)" }
    }

    private let entries: [String: Entry]

    /// - Parameter isLeftOut: what is not to be compared, by its path in the folder.
    init(of folder: URL, leavingOut isLeftOut: (String, Entry) -> Bool = { _, _ in false }) throws {
        var entries: [String: Entry] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let entry = try Entry(at: "\(folder.path)/\(path)")
            if !isLeftOut(path, entry) { entries[path] = entry }
        }
        self.entries = entries
    }

    /// What is different now, a line for each path, in order.
    func changes(since before: FolderPicture) -> [String] {
        Set(before.entries.keys).union(entries.keys).sorted().compactMap { path in
            let (old, new) = (before.entries[path], entries[path])
            guard old != new else { return nil }
            return "\(path): \(old?.description ?? "nothing") → \(new?.description ?? "nothing")"
        }
    }
}

extension FolderPicture {
    /// The databases that an examination opens.
    private static let databases = ["local.sqlite", "index.sqlite"]

    /// A data folder, without what SQLite makes beside a database in WAL mode also when it opens it for reading alone
    /// (sqlite.org/wal.html, "Read-Only Databases").
    ///
    /// - The `-shm` of both databases: the marks of readers and a table of the log, made anew by whoever comes first.
    /// - Their `-wal` while it is empty: made when it is missing. One that holds anything is compared.
    init(ofDataFolder folder: URL) throws {
        try self.init(of: folder) { path, entry in
            Self.databases.contains { path == "\($0)-shm" || path == "\($0)-wal" && entry.size == 0 }
        }
    }
}
