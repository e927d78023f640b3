internal import Glibc

/// What tells that a file was exchanged, or opened to others, without reading it.
struct FileStamp: Hashable, Sendable {
    let device: UInt
    let inode: UInt
    let size: Int
    let modifiedAt: Int
    let nanoseconds: Int
    /// Who may read it is a part of what is judged.
    let mode: UInt32
    let owner: UInt32

    /// `nil` when there is no such file, or it cannot be looked at.
    init?(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.device = UInt(status.st_dev)
        self.inode = UInt(status.st_ino)
        self.size = Int(status.st_size)
        self.modifiedAt = status.st_mtim.tv_sec
        self.nanoseconds = status.st_mtim.tv_nsec
        self.mode = status.st_mode
        self.owner = status.st_uid
    }
}
