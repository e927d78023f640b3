import Foundation
import Glibc
import StateRepo

/// What stands in a data folder where a restoration is about to put files: moved into a folder of its own, never removed.
///
/// A data folder that lost its repository alone has accounts and secrets that are newer than those of the backup.
struct FormerFiles {
    /// What the name of such a folder begins with; the time follows.
    static let prefix = "replaced-"

    private static let databaseSuffixes = ["", "-wal", "-shm", "-journal"]
    /// What belongs to the installation that was there.
    ///
    /// SQLite would read what is left beside a database into another one.
    private static let installation =
        (databaseSuffixes + ["-audit"]).map { BackupFolder.local + $0 }
        + [
            BackupFolder.secrets, "\(BackupFolder.secrets).previous", "\(BackupFolder.secrets).new",
            BackupFolder.nextIdentity, BackupFolder.instance,
        ]
    /// What may serve the restored installation too: it stays unless the backup has its own.
    private static let shared = [BackupFolder.identity, BackupFolder.settings]
    private static let index = databaseSuffixes.map { "index.sqlite" + $0 }

    private let folder: DataFolder
    private let place: URL
    private(set) var names: [String] = []

    /// - Parameter time: names the folder.
    init(of folder: DataFolder, at time: Date) {
        self.folder = folder
        let name = Self.prefix + Timestamp.text(time).replacing(":", with: "")
        self.place = folder.url.appending(path: name, directoryHint: .isDirectory)
    }

    /// What to say of it; `nil` when nothing was in the way.
    var note: String? {
        names.isEmpty ? nil : "\(place.path): what was in the data folder before: \(names.joined(separator: ", "))"
    }

    /// Keeps what belongs to the installation before, and what `names` are about to replace.
    mutating func keep(for names: [String]) throws {
        for name in Self.installation + Self.shared.filter(names.contains) where isThere(name) {
            try keep(name, isReplaced: names.contains(name))
        }
    }

    /// Keeps the index.
    ///
    /// To be done once there is a repository: a start tells by the index that one was lost.
    mutating func keepIndex() throws {
        for name in Self.index where isThere(name) { try keep(name, isReplaced: false) }
    }

    private mutating func keep(_ name: String, isReplaced: Bool) throws {
        if names.isEmpty, mkdir(place.path, 0o700) != 0 { throw failure("\(place.path) cannot be made") }
        let (old, new) = (folder.url.appending(path: name).path, place.appending(path: name).path)
        // What is replaced gets a second name first: a crash never leaves the folder without an instance.json.
        guard isReplaced && link(old, new) == 0 || rename(old, new) == 0 else {
            throw failure("\(old) cannot be moved to \(place.path)")
        }
        names.append(name)
    }

    private func failure(_ event: String) -> CommandFailure {
        .telling("\(event): \(String(cString: strerror(errno)))", of: nil, in: folder)
    }

    /// Whether there is something of this name, a link included.
    private func isThere(_ name: String) -> Bool { BackupFolder(url: folder.url).has(name) }
}
