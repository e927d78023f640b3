import Documents
import Foundation
import Glibc

/// A backup on disk: a folder with the files of a data folder that cannot be made again, and their manifest.
struct BackupFolder {
    /// The most bytes of a manifest, which names every ref.
    static let maximumManifestBytes = 64 << 20

    /// Every ref and all that it names, as `git bundle` writes it.
    static let bundle = "state.bundle"
    /// The writes of the last moments before the backup, when there were any.
    static let journal = "gitplane.journal"
    static let local = "local.sqlite"
    static let secrets = "secrets.age"
    /// May be put there later too, by whoever keeps it elsewhere.
    static let identity = "secrets.key"
    /// Goes along with it when a rotation was cut off, and only passphrases tell which of the two opens the secrets.
    static let nextIdentity = "secrets.key.new"
    static let instance = "instance.json"
    static let settings = "gitplane.json"

    /// What every backup has.
    static let essentials = [bundle, instance]
    /// What a data folder may have; a manifest says of each whether it was there.
    static let companions = [journal, local, secrets, settings]

    /// Something that is a link, a folder or a pipe where a file is expected.
    private struct NoFile: Error {}

    let url: URL

    func file(_ name: String) -> URL { url.appending(path: name) }

    /// Whether there is something of this name, a link included.
    func has(_ name: String) -> Bool { type(of: name) != nil }

    /// Reads the manifest, and compares every file with it.
    ///
    /// - Throws: ``CommandFailure`` (64) when this is no backup, (1) with every file that is missing, was changed, or is
    ///   not part of it.
    func manifest() throws -> BackupManifest {
        guard has(BackupManifest.fileName) else { throw CommandFailure(.usage, "\(url.path) is no backup") }
        let value: JSONValue
        do {
            let content = Array(try content(of: BackupManifest.fileName, atMost: Self.maximumManifestBytes))
            let limits = JSONLimits(
                maximumBytes: Self.maximumManifestBytes,
                maximumDepth: JSONLimits.document.maximumDepth,
                maximumNodes: Self.maximumManifestBytes
            )
            value = try JSONDocument(parsing: content, limits: limits).value
        } catch {
            throw CommandFailure(.findings, "\(BackupManifest.fileName) is damaged")
        }
        guard let manifest = BackupManifest(value) else {
            throw CommandFailure(.findings, "\(BackupManifest.fileName) is damaged, or of another version")
        }
        let faults = try faults(manifest)
        guard faults.isEmpty else { throw CommandFailure(.findings, faults.map { "gitplane: error: \($0)" }) }
        return manifest
    }

    /// Reads a file to its end, unless the task is cancelled; a link, a folder or a pipe is none.
    func read(_ name: String, _ part: (Data) throws -> Void) throws {
        guard type(of: name) == .typeRegular else { throw NoFile() }
        // Whatever takes its place in between is neither followed nor waited for.
        let descriptor = open(file(name).path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        while let content = try handle.read(upToCount: 1 << 20), !content.isEmpty {
            try Task.checkCancellation()
            try part(content)
        }
    }

    /// All of a file.
    func content(of name: String, atMost limit: Int = .max) throws -> Data {
        var content = Data()
        try read(name) { part in
            content += part
            guard content.count <= limit else { throw POSIXError(.EFBIG) }
        }
        return content
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

    /// Of the entry itself, also when it is a link; `nil` when there is none.
    private func type(of name: String) -> FileAttributeType? {
        do {
            return try FileManager.default.attributesOfItem(atPath: file(name).path)[.type] as? FileAttributeType
        } catch {
            return nil
        }
    }

    private func faults(_ manifest: BackupManifest) throws -> [String] {
        let listed = manifest.files.map(\.name)
        let untold = (Self.essentials + Self.companions).filter { name in
            !listed.contains(name) && (Self.essentials.contains(name) || !manifest.absent.contains(name))
        }
        let known = listed + [BackupManifest.fileName, Self.identity]
        let surplus = try FileManager.default.contentsOfDirectory(atPath: url.path).filter { !known.contains($0) }
        return untold.map { "\($0) is missing, and \(BackupManifest.fileName) does not say why" }
            + manifest.files.compactMap(fault) + surplus.sorted().map { "\($0) is not part of the backup" }
    }

    private func fault(_ expected: BackupManifest.File) -> String? {
        guard has(expected.name) else { return "\(expected.name) is missing" }
        do {
            let isSame = try BackupManifest.File(expected.name, in: self) == expected
            return isSame ? nil : "\(expected.name) is not what was written"
        } catch is NoFile {
            return "\(expected.name) is a link, a folder or a pipe, not the file that was written"
        } catch {
            return "\(expected.name) cannot be read: \(error.localizedDescription)"
        }
    }
}
