import Documents
import Foundation

/// A backup on disk: a folder with the files of a data folder that cannot be made again, and their manifest.
struct BackupFolder {
    /// Every ref and all that it names, as `git bundle` writes it.
    static let bundle = "state.bundle"
    /// The writes of the last moments before the backup, when there were any.
    static let journal = "gitplane.journal"
    static let local = "local.sqlite"
    static let secrets = "secrets.age"
    static let identity = "secrets.key"
    static let instance = "instance.json"
    static let settings = "gitplane.json"

    let url: URL

    func file(_ name: String) -> URL { url.appending(path: name) }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name).path) }

    /// Reads the manifest, and compares every file with it.
    ///
    /// - Throws: ``CommandFailure`` (64) when this is no backup, (1) when a file is not what was written.
    func manifest() throws -> BackupManifest {
        guard has(BackupManifest.fileName) else { throw CommandFailure(.usage, "\(url.path) is no backup") }
        let content = try Array(Data(contentsOf: file(BackupManifest.fileName)))
        let value: JSONValue
        do {
            value = try JSONValue(parsing: content)
        } catch {
            throw CommandFailure(.findings, "\(BackupManifest.fileName) is damaged")
        }
        guard let manifest = BackupManifest(value) else {
            throw CommandFailure(.findings, "\(BackupManifest.fileName) is damaged, or of a newer version")
        }
        for expected in manifest.files {
            guard has(expected.name), try BackupManifest.File(at: file(expected.name)) == expected else {
                throw CommandFailure(.findings, "\(expected.name) is missing, or is not what was written")
            }
        }
        return manifest
    }

    /// Writes a file that only its owner may read.
    func write(_ content: Data, to name: String) throws {
        let path = file(name).path
        let isMade = FileManager.default.createFile(
            atPath: path,
            contents: content,
            attributes: [.posixPermissions: 0o600]
        )
        guard isMade else { throw CommandFailure(.configuration, "\(path) cannot be written") }
    }
}
