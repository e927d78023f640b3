import Crypto
import Documents
import Foundation
import Glibc
import StateRepo

/// What makes this data folder this one: the name its commits carry, and the key that seals its cursors.
struct InstanceFile {
    let identity: ServerIdentity
    let cursorKey: SymmetricKey

    /// Reads the file of a data folder, or makes it for one that is new.
    ///
    /// - Parameter isReplacing: whether a new one may take the place of one that is lost.
    /// - Throws: ``CommandFailure`` (78) when it is damaged, or lost: a new name would disown commits, secrets and the
    ///   answers to requests that are made again.
    static func open(in folder: DataFolder, replacing isReplacing: Bool) throws -> InstanceFile {
        guard isReplacing || !isLost(in: folder) else {
            let remedy = "restore it from a backup; if there is none, gitplane serve --new-instance makes another"
            throw CommandFailure(
                .configuration,
                "\(folder.instance) is missing beside what was made under its name: \(remedy)"
            )
        }
        return try readOrCreate(at: folder.instance)
    }

    /// Whether the file is missing from a folder that has had one: a start makes it before everything else.
    static func isLost(in folder: DataFolder) -> Bool {
        let later = ["\(folder.repository)/objects", folder.secrets]
        return !FileManager.default.fileExists(atPath: folder.instance)
            && later.contains(where: FileManager.default.fileExists(atPath:))
    }

    /// Reads the file at `path`, or makes it (0600) when there is none.
    ///
    /// - Throws: ``CommandFailure`` (78) when the file is damaged.
    static func readOrCreate(at path: String) throws -> InstanceFile {
        if !FileManager.default.fileExists(atPath: path) { try create(at: URL(filePath: path)) }
        return try read(at: path)
    }

    /// - Throws: ``CommandFailure`` (78) when the file is damaged or missing.
    static func read(at path: String) throws -> InstanceFile {
        let content: [UInt8]
        do {
            content = try Array(Data(contentsOf: URL(filePath: path)))
        } catch {
            throw CommandFailure(.configuration, "\(path) cannot be read: restore it from a backup")
        }
        guard let file = parse(content) else {
            throw CommandFailure(.configuration, "\(path) is damaged: restore it from a backup")
        }
        return file
    }

    private static func parse(_ content: [UInt8]) -> InstanceFile? {
        let value: JSONValue
        do { value = try JSONValue(parsing: content) } catch { return nil }
        guard let instance = value["instance"]?.stringValue, instance.utf8.count == 12,
            let key = value["cursor_key"]?.stringValue.flatMap({ Data(base64Encoded: $0) }), key.count == 32
        else { return nil }
        return InstanceFile(identity: ServerIdentity(instance: instance), cursorKey: SymmetricKey(data: key))
    }

    private static func create(at url: URL) throws {
        let instance = SymmetricKey(size: .init(bitCount: 48)).withUnsafeBytes { bytes in
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        let key = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() }
        let value: JSONValue = ["instance": .string(instance), "cursor_key": .string(key)]
        let draft = url.appendingPathExtension("new")
        let content = Data(JSONDocument(formatting: value).source)
        let isMade = FileManager.default.createFile(
            atPath: draft.path,
            contents: content,
            attributes: [.posixPermissions: 0o600]
        )
        // On disk before anything is that was made under its name.
        guard isMade, flush(draft.path), rename(draft.path, url.path) == 0,
            flush(url.deletingLastPathComponent().path)
        else {
            let reason = String(cString: strerror(errno))
            throw CommandFailure.telling("\(url.path) cannot be written: \(reason)", of: nil, in: nil)
        }
    }

    private static func flush(_ path: String) -> Bool {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
