import Glibc

/// What is left on a file system.
package struct DiskRoom {
    /// What SQLite needs beside a file to open it, its `-shm` and the beginning of its `-wal`, in bytes
    /// (https://sqlite.org/walformat.html, section 1.2 and 2.1).
    private static let least: UInt64 = 64 << 10

    /// Whether there is too little to open a database, so that whole ones cannot even be read; `false` where that
    /// cannot be told.
    package let isExhausted: Bool

    /// - Parameter path: something on the file system; statvfs(3).
    package init(at path: String) {
        var status = statvfs()
        // File systems that do not count what they hold say 0 of it.
        guard statvfs(path, &status) == 0, status.f_blocks > 0 else {
            self.isExhausted = false
            return
        }
        // What is kept back for the superuser is there for one.
        let blocks = geteuid() == 0 ? status.f_bfree : status.f_bavail
        let bytes = UInt64(blocks).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        let isShort = !bytes.overflow && bytes.partialValue < Self.least
        self.isExhausted = isShort || status.f_files > 0 && status.f_favail == 0
    }
}
