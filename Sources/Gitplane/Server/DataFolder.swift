import Foundation
import Glibc
import StateRepo

/// Where everything of a running server is (architecture, section 2).
struct DataFolder {
    let url: URL

    init(_ url: URL) { self.url = url.standardizedFileURL }

    var repository: String { path("state.git") }
    var workingTree: String { path("state") }
    var hooks: String { path("state.git/hooks") }
    var local: String { path("local.sqlite") }
    var index: String { path("index.sqlite") }
    var accessToken: String { path("access-token") }
    var instance: String { path("instance.json") }
    var lock: String { path("lock") }
    /// Where `gitplane init` makes the repository before it is whole.
    var draft: String { path("init") }
    var draftRepository: String { path("init/state.git") }
    var draftIndex: String { path("init/index.sqlite") }
    var run: String { path("run") }
    var gateSocket: String { path("run/gate.sock") }

    private func path(_ name: String) -> String { url.appending(path: name).path }

    /// Makes the folder and `run/`, for their owner alone.
    ///
    /// - Throws: ``CommandFailure`` (78) when a folder cannot be made, belongs to somebody else or is open to others.
    func prepare() throws {
        for folder in [url.path, run] {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder,
                    withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700]
                )
            } catch {
                throw CommandFailure(.configuration, "the data folder \(folder) cannot be made: \(error)")
            }
            try check(folder)
        }
    }

    /// Prepares the folder, and keeps others away while the lock is held.
    ///
    /// - Throws: ``CommandFailure`` (78) as ``prepare()``, and when another server has the folder.
    func take() throws -> DirectoryLock {
        try prepare()
        do {
            return try DirectoryLock(path: lock)
        } catch {
            throw CommandFailure(.configuration, "\(error)")
        }
    }

    private func check(_ folder: String) throws {
        var status = stat()
        guard stat(folder, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            throw CommandFailure(.configuration, "the data folder \(folder) cannot be used: \(reason)")
        }
        guard status.st_uid == geteuid() else {
            throw CommandFailure(.configuration, "the data folder \(folder) belongs to another user")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw CommandFailure(.configuration, "others may write to \(folder): run chmod 700 \(folder)")
        }
    }
}
