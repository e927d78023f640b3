package import Documents

/// How one file differs between two trees, in the terms of its content: fields for JSON, lines for Markdown.
package struct FileDifference: Sendable {
    package enum Operation: String, Sendable {
        case add
        case remove
        case modify
    }

    package enum Content: Sendable {
        case fields([FieldChange])
        case lines(LineDiff)
        /// A side is no text, or too large; git shows such files.
        case opaque
    }

    package let path: String
    package let resource: ResourceName?
    package let operation: Operation
    package let content: Content

    /// Compares two versions of the file at `path`; at least one side must be given.
    package init(path: String, old: [UInt8]?, new: [UInt8]?) {
        self.path = path
        self.resource = Layout.role(of: path)?.resource
        self.operation = old == nil ? .add : new == nil ? .remove : .modify
        self.content = Self.compare(path, old, new)
    }

    /// A file whose content is not compared; it is on at least one side.
    init(opaque path: String, isOld: Bool, isNew: Bool) {
        self.path = path
        self.resource = Layout.role(of: path)?.resource
        self.operation = !isOld ? .add : !isNew ? .remove : .modify
        self.content = .opaque
    }

    /// Whether a content can be compared by lines: UTF-8 without NUL.
    static func isText(_ content: [UInt8]) -> Bool {
        !content.contains(0) && String(validating: content, as: UTF8.self) != nil
    }

    private static func compare(_ path: String, _ old: [UInt8]?, _ new: [UInt8]?) -> Content {
        if path.hasSuffix(".json"), let changes = fieldChanges(old, new) { return .fields(changes) }
        guard [old, new].allSatisfy({ $0.map(isText) ?? true }) else { return .opaque }
        return .lines(LineDiff(from: old ?? [], to: new ?? []))
    }

    /// `nil` when a side is no JSON.
    private static func fieldChanges(_ old: [UInt8]?, _ new: [UInt8]?) -> [FieldChange]? {
        do {
            let before = try old.map { bytes throws(JSONSyntaxError) in try JSONValue(parsing: bytes) }
            let after = try new.map { bytes throws(JSONSyntaxError) in try JSONValue(parsing: bytes) }
            return (before ?? .object([:])).fieldChanges(to: after ?? .object([:]))
        } catch {
            return nil
        }
    }
}

extension FileDifference {
    /// The form of the contract: `{resource, file, op, fields | hunks}`.
    package var json: JSONValue {
        var object = JSONObject()
        object["resource"] = resource.map { .string($0.description) }
        object["file"] = .string(path)
        object["op"] = .string(operation.rawValue)
        switch content {
        case .fields(let fields): object["fields"] = .array(fields.map(\.json))
        case .lines(let diff): object["hunks"] = .array(diff.hunks.map(\.json))
        case .opaque: break
        }
        return .object(object)
    }
}

extension FieldChange {
    /// `{pointer, op, before?, after?}`.
    package var json: JSONValue {
        var object = JSONObject()
        object["pointer"] = .string(pointer.description)
        object["op"] = .string(operation.rawValue)
        object["before"] = before
        object["after"] = after
        return .object(object)
    }
}

extension LineDiff.Hunk {
    /// `{old_start, old_count, new_start, new_count, lines: [{op, text}]}`.
    package var json: JSONValue {
        [
            "old_start": JSONValue(oldStart),
            "old_count": JSONValue(oldCount),
            "new_start": JSONValue(newStart),
            "new_count": JSONValue(newCount),
            "lines": .array(lines.map { ["op": .string($0.kind.rawValue), "text": .string($0.text)] }),
        ]
    }
}
