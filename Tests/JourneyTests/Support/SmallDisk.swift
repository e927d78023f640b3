import Foundation
import Glibc
import TestSupport

/// A small file system of its own, in memory, which can be filled.
final class SmallDisk {
    /// Where it is mounted.
    let folder: URL

    /// - Returns: `nil`, with a notice, where nothing may be mounted.
    init?(at folder: URL, size: Int) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        guard mount("tmpfs", folder.path, "tmpfs", 0, "size=\(size),mode=700") == 0 else {
            print("no small disk can be mounted here (\(String(cString: strerror(errno)))): not tried")
            return nil
        }
    }

    deinit { umount2(folder.path, Int32(MNT_DETACH)) }

    /// Fills the disk but for so many bytes, until the file that is returned is removed.
    func fill(leaving room: Int) throws -> URL {
        let file = folder.appending(path: "filler")
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ChildProcess.Failure(description: "no filler") }
        defer { close(descriptor) }
        let block = [UInt8](repeating: 1, count: 4 << 10)
        while try free() > room, write(descriptor, block, block.count) > 0 {}
        return file
    }

    private func free() throws -> Int {
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0 else { throw ChildProcess.Failure(description: "no size") }
        return Int(status.f_bavail) * Int(status.f_bsize)
    }
}
