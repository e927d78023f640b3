internal import Glibc

/// What tells that the secrets file was exchanged, or opened to others, without reading it.
///
/// The time of the last change is no part of it: it is taken from a draft, and the rename that puts it in place changes that time.
struct SecretsFileStamp: Hashable, Sendable {
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
