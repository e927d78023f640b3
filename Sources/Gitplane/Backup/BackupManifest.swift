import Crypto
import Documents
import Foundation

/// What a backup holds, by which it is checked before it is used: `manifest.json` in its folder.
struct BackupManifest: Hashable, Sendable {
    static let fileName = "manifest.json"
    static let format = 1

    /// One file of the backup.
    struct File: Hashable, Sendable {
        let name: String
        /// In bytes.
        let size: Int
        /// SHA-256, in hexadecimal digits.
        let digest: String
    }

    /// What the audit log had.
    struct Audit: Hashable, Sendable {
        let count: Int
        let head: String
    }

    let createdAt: String
    let version: String
    let instance: String
    /// Every ref of the repository and the object it named.
    let references: [String: String]
    let audit: Audit?
    let files: [File]
    /// Of what a data folder may have, what the source did not have.
    let absent: [String]

    var json: JSONValue {
        var object: JSONObject = [
            "format": JSONValue(Self.format), "created_at": .string(createdAt), "version": .string(version),
            "instance": .string(instance),
        ]
        var names: JSONObject = [:]
        for (name, target) in references.sorted(by: { $0.key < $1.key }) { names[name] = .string(target) }
        object["references"] = .object(names)
        if let audit { object["audit"] = ["count": JSONValue(audit.count), "head": .string(audit.head)] }
        object["files"] = .array(
            files.map {
                ["name": .string($0.name), "size": JSONValue($0.size), "sha256": .string($0.digest)]
            }
        )
        object["absent"] = .array(absent.map(JSONValue.string))
        return .object(object)
    }

    init(
        createdAt: String,
        version: String,
        instance: String,
        references: [String: String],
        audit: Audit?,
        files: [File],
        absent: [String]
    ) {
        self.createdAt = createdAt
        self.version = version
        self.instance = instance
        self.references = references
        self.audit = audit
        self.files = files
        self.absent = absent
    }

    /// `nil` for what is no manifest that this version understands.
    init?(_ value: JSONValue) {
        guard value["format"]?.intValue == Self.format, let createdAt = value["created_at"]?.stringValue,
            let version = value["version"]?.stringValue, let instance = value["instance"]?.stringValue,
            let names = value["references"]?.objectValue, let files = value["files"]?.arrayValue,
            let absent = value["absent"]?.arrayValue
        else { return nil }
        var references: [String: String] = [:]
        for member in names { references[member.key.description] = member.value.stringValue }
        self.init(
            createdAt: createdAt,
            version: version,
            instance: instance,
            references: references,
            audit: value["audit"].flatMap { audit in
                guard let count = audit["count"]?.intValue, let head = audit["head"]?.stringValue else { return nil }
                return Audit(count: count, head: head)
            },
            files: files.compactMap { file in
                guard let name = file["name"]?.stringValue, let size = file["size"]?.intValue,
                    let digest = file["sha256"]?.stringValue, !name.contains("/"), name != "..", name != "."
                else { return nil }
                return File(name: name, size: size, digest: digest)
            },
            absent: absent.compactMap(\.stringValue)
        )
        guard self.files.count == files.count else { return nil }
    }
}

extension BackupManifest.File {
    /// Reads a file of a backup to its end.
    init(_ name: String, in folder: BackupFolder) throws {
        var hash = SHA256()
        var size = 0
        try folder.read(name) { part in
            hash.update(data: part)
            size += part.count
        }
        let digest = hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        self.init(name: name, size: size, digest: digest)
    }
}
