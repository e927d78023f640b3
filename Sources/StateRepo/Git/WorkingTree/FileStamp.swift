import CLibgit2
import Glibc

/// What the file system says of a file without reading it; two equal stamps mean that nobody has written to it.
package struct FileStamp: Hashable, Sendable {
    /// Seconds and nanoseconds since 1970.
    package struct Time: Hashable, Comparable, Sendable {
        let seconds: Int64
        let nanoseconds: Int64

        package static func < (lhs: Self, rhs: Self) -> Bool {
            (lhs.seconds, lhs.nanoseconds) < (rhs.seconds, rhs.nanoseconds)
        }
    }

    let size: Int64
    let modified: Time
    let changed: Time
    let inode: UInt64
    let device: UInt64
    let mode: UInt32
    let user: UInt32
    let group: UInt32

    init(_ status: stat) {
        size = Int64(status.st_size)
        modified = Time(seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
        changed = Time(seconds: Int64(status.st_ctim.tv_sec), nanoseconds: Int64(status.st_ctim.tv_nsec))
        inode = UInt64(status.st_ino)
        device = UInt64(status.st_dev)
        mode = status.st_mode
        user = status.st_uid
        group = status.st_gid
    }

    /// What git would make of it; `nil` for what it does not track.
    var fileMode: FileMode? {
        switch mode & S_IFMT {
        case S_IFREG: mode & S_IXUSR == 0 ? .blob : .executable
        case S_IFLNK: .symlink
        default: nil
        }
    }

    var isFolder: Bool { mode & S_IFMT == S_IFDIR }

    /// Whether the same file has the same content still; a rename in between changes only the time that is left out.
    func isSameContent(as other: FileStamp) -> Bool {
        inode == other.inode && size == other.size && modified == other.modified
    }

    /// The entry of an index that says so.
    func entry(_ blob: BlobID, path: UnsafePointer<CChar>) -> git_index_entry {
        var entry = git_index_entry()
        entry.ctime = Self.indexTime(changed)
        entry.mtime = Self.indexTime(modified)
        entry.dev = UInt32(truncatingIfNeeded: device)
        entry.ino = UInt32(truncatingIfNeeded: inode)
        entry.mode = FileMode.blob.rawValue
        entry.uid = user
        entry.gid = group
        entry.file_size = UInt32(truncatingIfNeeded: size)
        entry.id = blob.raw
        entry.path = path
        return entry
    }

    private static func indexTime(_ time: Time) -> git_index_time {
        git_index_time(
            seconds: Int32(truncatingIfNeeded: time.seconds),
            nanoseconds: UInt32(truncatingIfNeeded: time.nanoseconds)
        )
    }
}
