import Foundation
import Glibc
import TestSupport

/// A file system of its own, in a file, on which the power can be cut: what was not flushed is gone.
///
/// ext4 stops writing at `EXT4_IOC_SHUTDOWN` (`fs/ext4/ext4.h`), which leaves what a power cut would; mounting it again replays
/// its journal as the next boot does.
final class CutDisk {
    /// Where it is mounted.
    let folder: URL
    private let image: String
    private static let size = "256M"
    /// `_IOR('X', 125, __u32)`, and "without flushing the journal".
    private static let shutdown: (request: UInt, flags: UInt32) = (0x8004_587D, 2)

    /// - Returns: `nil`, with a notice, where nothing may be mounted.
    init?(below directory: URL) throws {
        folder = directory.appending(path: "data")
        image = directory.appending(path: "disk").path
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        guard FileManager.default.createFile(atPath: image, contents: nil) else {
            throw ChildProcess.Failure(description: "\(image) cannot be made")
        }
        let steps = [["mkfs.ext4", "-q", "-F", "-m", "0", image, Self.size], mounting]
        for step in steps {
            let (ending, output) = try Self.run(step)
            guard ending == .exited(0) else {
                print("faults: SKIPPED, no power was cut: \(step[0]) says \(output)")
                return nil
            }
        }
        try FileManager.default.removeItem(at: folder.appending(path: "lost+found"))
        _ = chmod(folder.path, 0o700)
    }

    /// Without the kindness of writing a file out when it is renamed over another.
    private var mounting: [String] {
        ["mount", "-o", "loop,noauto_da_alloc,errors=remount-ro", image, folder.path]
    }

    /// Mounts it again so that nobody can write; nobody may have a file of it open for that.
    func remountReadOnly() throws {
        let (ending, output) = try Self.run(["mount", "-o", "remount,ro", folder.path])
        guard ending == .exited(0) else { throw ChildProcess.Failure(description: "not read-only: \(output)") }
    }

    /// Has the kernel find an error, after which it lets nobody write until the disk is mounted again (ext4(5), `errors`).
    ///
    /// - Returns: `false`, with a notice, where that is not allowed.
    func makeReadOnly() throws -> Bool {
        let (ending, device) = try Self.run(["findmnt", "-n", "-o", "SOURCE", folder.path])
        guard ending == .exited(0), let name = device.split(separator: "/").last?.split(separator: "\n").first else {
            throw ChildProcess.Failure(description: "no device: \(device)")
        }
        let trigger = open("/sys/fs/ext4/\(name)/trigger_fs_error", O_WRONLY | O_CLOEXEC)
        guard trigger >= 0 else {
            print("no disk can be made read-only here (\(String(cString: strerror(errno)))): SKIPPED")
            return false
        }
        defer { close(trigger) }
        guard write(trigger, "test", 4) == 4 else { throw ChildProcess.Failure(description: "no error: \(errno)") }
        return true
    }

    /// Cuts the power and switches it on again.
    ///
    /// No server may be running on it; a git of one may be about to end.
    func cut() throws {
        let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ChildProcess.Failure(description: "the disk is gone") }
        var flags = Self.shutdown.flags
        let result = ioctl(descriptor, Self.shutdown.request, &flags)
        close(descriptor)
        guard result == 0 else { throw ChildProcess.Failure(description: "the power cannot be cut: \(errno)") }
        try unmount()
        let (ending, output) = try Self.run(mounting)
        guard ending == .exited(0) else { throw ChildProcess.Failure(description: "not mounted again: \(output)") }
    }

    /// Flushes everything, also what was written by somebody who does not ask for it.
    func settle() throws {
        let (ending, output) = try Self.run(["sync", "--file-system", folder.path])
        guard ending == .exited(0) else { throw ChildProcess.Failure(description: "not flushed: \(output)") }
    }

    deinit { umount2(folder.path, Int32(MNT_DETACH)) }

    private func unmount() throws {
        let deadline = ContinuousClock.now + ServerProcess.patience
        while umount2(folder.path, 0) != 0 {
            guard errno == EBUSY, ContinuousClock.now < deadline else {
                throw ChildProcess.Failure(description: "not unmounted: \(String(cString: strerror(errno)))")
            }
            sched_yield()
        }
    }

    private static func run(_ command: [String]) throws -> (ChildProcess.Ending, String) {
        let process = try ChildProcess(
            "/usr/bin/env",
            command,
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"],
            directory: "/",
            errors: .output
        )
        return (try process.waitUntilEnd(within: ServerProcess.patience), process.output)
    }
}
