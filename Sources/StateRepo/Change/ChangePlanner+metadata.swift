import Documents
import HashTreeCollections

/// The documents that say how providers and integrations are reached; what they name as a secret stands elsewhere.
extension ChangePlanner {
    mutating func putMetadata(_ document: MetadataDocument, _ object: JSONObject, _ precondition: Precondition) throws {
        let present = file(of: document)
        guard let base = precondition.base, let present else { return try write(object, to: document) }
        let before = try value(of: document, at: base)
        try write(merged(before, Self.value(present) ?? [:], .object(object), document), to: document)
    }

    mutating func patchMetadata(
        _ document: MetadataDocument,
        _ patch: DocumentPatch,
        _ precondition: Precondition
    ) throws {
        guard let present = file(of: document) else { throw StateError.notFound(document.resource) }
        guard let current = Self.value(present) else {
            throw StateError.headInvalid(document.resource, draft.tree.problems[present.path] ?? [])
        }
        guard let base = precondition.base else {
            return try write(current.applying(patch).patchedObject(), to: document)
        }
        let before = try value(of: document, at: base)
        try write(merged(before, current, before.applying(patch), document), to: document)
    }

    mutating func deleteMetadata(_ document: MetadataDocument) throws {
        guard let present = file(of: document) else { throw StateError.notFound(document.resource) }
        try draft.put([(present.path, nil)], history)
    }

    private func file(of document: MetadataDocument) -> StateFile? { draft.tree.files(of: document.resource).first }

    /// What a file says, without `$schema`; `nil` when it is no JSON object.
    private static func value(_ file: StateFile) -> JSONValue? {
        do {
            guard var object = try JSONValue(parsing: file.content).objectValue else { return nil }
            object["$schema"] = nil
            return .object(object)
        } catch {
            return nil
        }
    }

    private func value(of document: MetadataDocument, at base: CommitID) throws -> JSONValue {
        guard let file = try files(of: document.resource, at: base).first, let value = Self.value(file) else {
            throw StateError(.revisionNotFound, "the version \(base) of \(document.resource) cannot be read")
        }
        return value
    }

    private mutating func merged(
        _ before: JSONValue,
        _ current: JSONValue,
        _ proposed: JSONValue,
        _ document: MetadataDocument
    ) throws -> JSONObject {
        var conflicts: [JSONValue] = []
        let result = merge(before, current, proposed, &conflicts)
        try refuse(conflicts, about: document.resource)
        noteMerge(present: before != current)
        return try result.patchedObject()
    }

    private mutating func write(_ object: JSONObject, to document: MetadataDocument) throws {
        let present = file(of: document)
        guard let path = document.resource.storagePath, let role = Layout.role(of: path),
            let schema = context.rules.schemas.schema(role)
        else { return }
        var object = object
        keepSchemaMember(&object, from: present, document.schemaName)
        try draft.put([(path, DocumentText.json(.object(object), replacing: present, schema: schema))], history)
    }
}

/// A document of settings that has no operations of its own and is written as a whole, or by patches.
package enum MetadataDocument: Hashable, Sendable {
    case provider(ProviderID)
    case connectionDefault(ConnectionKey)

    package var resource: ResourceName {
        switch self {
        case .provider(let id): .provider(id)
        case .connectionDefault(let key): .connectionDefault(key)
        }
    }

    var schemaName: String {
        switch self {
        case .provider: "provider-connection"
        case .connectionDefault: "connection-default"
        }
    }
}
