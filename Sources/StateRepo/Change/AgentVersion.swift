package import Documents

/// One version of a definition in the form that patches and merges work on.
struct AgentVersion {
    let definition: JSONObject
    let documents: [DocumentKind: [UInt8]]

    /// Reads the files of a definition folder; one that is no JSON object counts as empty.
    init(files: [StateFile]) throws {
        var definition: JSONObject = [:]
        var documents: [DocumentKind: [UInt8]] = [:]
        for file in files {
            switch Layout.role(of: file.path) {
            case .agentDefinition: definition = try JSONValue(parsing: file.content).objectValue ?? [:]
            case .agentDocument(_, let kind): documents[kind] = file.content
            default: continue
            }
        }
        self.init(definition: definition, documents: documents)
    }

    init(definition: JSONObject, documents: [DocumentKind: [UInt8]]) {
        self.definition = definition
        self.documents = documents
    }

    /// The members that a client reads and writes.
    var representation: JSONObject {
        var object = definition
        var texts: JSONObject = [:]
        for kind in documents.keys.sorted() {
            texts[kind.rawValue] = .string(String(decoding: documents[kind] ?? [], as: UTF8.self))
        }
        object["documents"] = .object(texts)
        return object
    }

    /// This version after a write of `content`: documents stay when none are given, `$schema` when it is left out.
    func replaced(by content: AgentContent) -> AgentVersion {
        var replaced = content.definition
        if replaced["$schema"] == nil, let schema = definition["$schema"] {
            replaced.insert(schema, forKey: "$schema", at: 0)
        }
        return AgentVersion(
            definition: replaced,
            documents: content.documents.map { $0.mapValues { Array($0.utf8) } } ?? documents
        )
    }
}

extension AgentContent {
    /// Sorts the members of a representation into definition, documents and what the server owns.
    ///
    /// - Parameter documentsAreWhole: whether an absent `documents` means none (a patched representation) or leaves them.
    /// - Throws: `request.invalid` for a kind of document that does not exist.
    package init(representation: JSONObject, documentsAreWhole: Bool) throws(StateError) {
        var definition: JSONObject = [:]
        var owned: JSONObject = [:]
        var documents: [DocumentKind: String]? = documentsAreWhole ? [:] : nil
        for member in representation {
            if member.key == "documents" {
                documents = try Self.documents(member.value)
            } else if AgentRepresentation.serverOwned.contains(member.key) {
                owned[member.key] = member.value
            } else {
                definition[member.key] = member.value
            }
        }
        self.init(definition: definition, documents: documents, serverOwned: owned)
    }

    private static func documents(_ value: JSONValue) throws(StateError) -> [DocumentKind: String] {
        guard let members = value.objectValue else {
            throw refused("value.type", JSONPointer(tokens: ["documents"]), "documents are an object of texts")
        }
        var documents: [DocumentKind: String] = [:]
        for member in members {
            let pointer = JSONPointer(tokens: ["documents", member.key])
            guard let kind = DocumentKind(rawValue: member.key) else {
                let known = DocumentKind.allCases.map(\.rawValue)
                let message = "there is no kind of document \"\(String(member.key.unicodeScalars.prefix(80)))\""
                let hint = Suggestion.closest(to: member.key, among: known).map { "did you mean \"\($0)\"?" }
                throw refused("object.unknown_field", pointer, message, hint: hint)
            }
            guard let text = member.value.stringValue else {
                throw refused("value.type", pointer, "a document is a text")
            }
            documents[kind] = text
        }
        return documents
    }

    private static func refused(
        _ code: String,
        _ pointer: JSONPointer,
        _ message: String,
        hint: String? = nil
    ) -> StateError {
        let problem = Diagnostic(.error, code, file: "", pointer: pointer, message, hint: hint)
        return StateError(.requestInvalid, "the documents cannot be taken", diagnostics: [problem])
    }
}
