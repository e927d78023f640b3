import Foundation
import Glibc
import StateRepo

/// The folder in which a backup comes to be: `TARGET.partial`, until it is whole.
///
/// A lock file in it says that it is one, and whether somebody is at it: the kernel lets go of a lock however its process ends.
/// What a backup left that was killed is removed by the next one of that name.
struct BackupDraft: ~Copyable {
    static let lockName = "lock"

    let folder: BackupFolder
    private let lock: DirectoryLock

    /// - Throws: ``CommandFailure`` (64) when there is something else, or another backup is being made there.
    init(of target: URL) throws {
        folder = BackupFolder(url: URL(filePath: target.path + ".partial", directoryHint: .isDirectory))
        try Self.removeLeftover(folder)
        guard mkdir(folder.url.path, 0o700) == 0 else {
            throw CommandFailure(.usage, "\(folder.url.path) cannot be made: \(String(cString: strerror(errno)))")
        }
        lock = try Self.lock(folder)
    }

    /// Gives the backup its name, when all of it is on disk.
    consuming func finish(as target: URL) throws {
        sync()
        try FileManager.default.removeItem(at: folder.file(Self.lockName))
        guard rename(folder.url.path, target.path) == 0 else {
            throw CommandFailure(.usage, "\(target.path) cannot be made: \(String(cString: strerror(errno)))")
        }
        sync()
    }

    private static func removeLeftover(_ folder: BackupFolder) throws {
        // An empty one was left before it had its lock.
        guard FileManager.default.fileExists(atPath: folder.url.path), rmdir(folder.url.path) != 0 else { return }
        guard folder.has(lockName), try isBackup(folder) else {
            throw CommandFailure(.usage, "\(folder.url.path) is there, and is not what a backup left: move it away")
        }
        let lock = try Self.lock(folder)
        try FileManager.default.removeItem(at: folder.url)
        withExtendedLifetime(lock) {}
    }

    /// Whether everything in it has a name that a backup makes, or git for it.
    private static func isBackup(_ folder: BackupFolder) throws -> Bool {
        let known =
            BackupFolder.essentials + BackupFolder.companions
            + [BackupFolder.identity, BackupManifest.fileName, lockName]
        return try FileManager.default.contentsOfDirectory(atPath: folder.url.path).allSatisfy { name in
            known.contains { name == $0 || name.hasPrefix("\($0).") || name.hasPrefix("\($0)-") }
        }
    }

    private static func lock(_ folder: BackupFolder) throws -> DirectoryLock {
        do throws(DirectoryLockError) {
            return try DirectoryLock(path: folder.file(lockName).path)
        } catch {
            guard case .held = error.reason else { throw CommandFailure(.usage, error.description) }
            throw CommandFailure(.usage, "another backup is being made in \(folder.url.path): let it end")
        }
    }
}
