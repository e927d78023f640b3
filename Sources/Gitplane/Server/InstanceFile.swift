import Crypto
import Documents
import Foundation
import StateRepo

/// What makes this data folder this one: the name its commits carry, and the key that seals its cursors.
struct InstanceFile {
    let identity: ServerIdentity
    let cursorKey: SymmetricKey

    /// Reads the file at `path`, or makes it (0600) when there is none.
    ///
    /// - Throws: ``CommandFailure`` (78) when the file is damaged: a new name would disown the commits made under the old.
    static func readOrCreate(at path: String) throws -> InstanceFile {
        let url = URL(filePath: path)
        if !FileManager.default.fileExists(atPath: path) { try create(at: url) }
        let content = try Array(Data(contentsOf: url))
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
        guard isMade, rename(draft.path, url.path) == 0 else {
            throw CommandFailure(.configuration, "\(url.path) cannot be written")
        }
    }
}
