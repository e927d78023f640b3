import Foundation
import Glibc
import Secrets
import StateRepo
import SystemPackage

/// Where everything of a running server is (architecture, section 2).
struct DataFolder {
    let url: URL

    init(_ url: URL) { self.url = url.standardizedFileURL }

    var repository: String { path("state.git") }
    var workingTree: String { path("state") }
    var hooks: String { path("state.git/hooks") }
    var index: String { path("index.sqlite") }
    var local: String { path("local.sqlite") }
    var health: String { path("health.sqlite") }
    var secrets: String { path("secrets.age") }
    /// Unless the configuration names another file.
    var identity: String { path("secrets.key") }
    /// Made by a first start that has nobody to show the key to.
    var recoveryKey: String { path(RecoveryKeyFile.name) }
    var settings: String { path("gitplane.json") }
    var accessToken: String { path("access-token") }
    var setupCode: String { path("setup-code") }
    var instance: String { path("instance.json") }
    var lock: String { path("lock") }
    /// Where `gitplane init` makes the repository before it is whole.
    var draft: String { path("init") }
    var draftRepository: String { path("init/state.git") }
    var draftIndex: String { path("init/index.sqlite") }
    var run: String { path("run") }
    var gateSocket: String { path("run/gate.sock") }

    private func path(_ name: String) -> String { url.appending(path: name).path }

    /// Lends the folder to `body`, prepared, while others are kept away.
    ///
    /// When there is no repository at the end, what was made is taken back: the next try begins as this one did.
    /// - Throws: ``CommandFailure`` (78) when the folder cannot be made or used, holds something else, belongs to somebody
    ///   else, is open to others, or is another server's.
    func hold<Result>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let present = try self.present()
        let made = try make(url.path) + make(run)
        try check(url.path)
        try check(run, isPrivate: true)
        let lock = try takeLock()
        defer {
            takeBack(made, present)
            withExtendedLifetime(lock) {}
        }
        let misplaced = misplaced()
        guard misplaced.isEmpty else {
            throw CommandFailure(.configuration, misplaced.map { "gitplane: error: \($0)" })
        }
        do {
            return try await body()
        } catch {
            throw CommandFailure.explaining(error, in: self)
        }
    }

    private func takeLock() throws -> DirectoryLock {
        do {
            return try DirectoryLock(path: lock)
        } catch {
            throw CommandFailure(.configuration, "\(error)")
        }
    }
}

// MARK: - Making the folder

extension DataFolder {
    /// What is in the folder; nothing when there is none.
    ///
    /// - Throws: ``CommandFailure`` when that is somebody's, and not the beginnings of a data folder.
    private func present() throws -> Set<String> {
        guard FileManager.default.fileExists(atPath: url.path) else { return [] }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: url.path)
        } catch {
            // What is no folder, or cannot be read, is told with its reason by the check that follows.
            return []
        }
        guard !names.contains("state.git"), !names.contains("instance.json") else { return Set(names) }
        let foreign = names.filter { !Self.isOwn($0) && !Self.companions.contains($0) }.sorted()
        guard foreign.isEmpty else {
            let shown = foreign.prefix(3).joined(separator: ", ") + (foreign.count > 3 ? ", …" : "")
            let remedy = "name a new or empty folder by --data-dir"
            throw CommandFailure(.configuration, "\(url.path) is no data folder, it holds \(shown): \(remedy)")
        }
        return Set(names)
    }

    /// What may stand in a folder before its first start: settings, and what a file system has of its own.
    private static let companions: Set<String> = ["gitplane.json", "lost+found"]

    /// Whether the program makes something of this name before, or beside, the repository.
    private static func isOwn(_ name: String) -> Bool {
        ["instance.json", "lock", "run", "access-token", "setup-code", "init", "index.sqlite", "local.sqlite"]
            .contains { name == $0 || name.hasPrefix("\($0)-") || name.hasPrefix("\($0).") }
    }

    /// Whether the first start makes it; one that stands there before was another server's, and is never begun upon.
    private static func isSecrets(_ name: String) -> Bool {
        ["secrets.key", "secrets.age", RecoveryKeyFile.name].contains { name == $0 || name.hasPrefix("\($0).") }
    }

    /// Makes a folder with those above it, for their owner alone.
    ///
    /// - Returns: the paths of those that were not there, the outermost first.
    private func make(_ folder: String) throws -> [String] {
        if mkdir(folder, 0o700) == 0 { return [folder] }
        let error = errno
        let parent = URL(filePath: folder).deletingLastPathComponent().path
        switch error {
        case EEXIST: return []
        case ENOENT where parent != folder && !FileManager.default.fileExists(atPath: parent):
            return try make(parent) + make(folder)
        default: throw Self.failure("the data folder \(folder) cannot be made", error)
        }
    }

    /// - Parameter isPrivate: whether nobody else may even look into it.
    private func check(_ folder: String, isPrivate: Bool = false) throws {
        let event = "the data folder \(folder) cannot be used"
        let status: Stat
        do { status = try Stat(folder) } catch { throw Self.failure(event, error.rawValue) }
        guard status.type == .directory else { throw Self.failure(event, ENOTDIR) }
        guard status.userID.rawValue == geteuid() else {
            throw CommandFailure(.configuration, "the data folder \(folder) belongs to another user")
        }
        guard status.permissions.isDisjoint(with: [.groupWrite, .otherWrite]) else {
            throw CommandFailure(.configuration, "others may write to \(folder): run chmod 700 \(folder)")
        }
        guard !isPrivate || status.permissions.rawValue & 0o077 == 0 else {
            throw CommandFailure(.configuration, "others can reach the socket in \(folder): run chmod 700 \(folder)")
        }
        guard access(folder, R_OK | W_OK | X_OK) == 0 else { throw Self.failure(event, errno) }
    }

    private static func failure(_ event: String, _ error: Int32) -> CommandFailure {
        CommandFailure.telling("\(event): \(String(cString: strerror(error)))", of: nil, in: nil)
    }

    /// Removes what came into the folder since, and the folders that were made for it.
    private func takeBack(_ made: [String], _ present: Set<String>) {
        let files = FileManager.default
        guard !files.fileExists(atPath: repository) else { return }
        do {
            for name in try files.contentsOfDirectory(atPath: url.path) where Self.isOwn(name) || Self.isSecrets(name) {
                if !present.contains(name) { try files.removeItem(atPath: path(name)) }
            }
        } catch {
            // It stays; the failure that led here is what is told.
        }
        // One that holds something else stays as well.
        for folder in made.reversed() { _ = rmdir(folder) }
    }
}
