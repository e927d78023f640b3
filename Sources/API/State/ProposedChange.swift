import Documents
import StateRepo

/// One entry of a change list: `{op, resource, value?, if_match?, base?}`.
struct ProposedChange: Sendable {
    private enum Verb: String {
        case put, merge, patch, delete
    }

    private let verb: Verb
    private let resource: ResourceName
    private let value: JSONValue
    private let precondition: Precondition
    private let schemas: StateSchemas

    /// - Throws: `StateError` and ``ProblemError`` about a resource or a base that cannot exist.
    init(_ change: JSONValue, _ services: StateServices) throws {
        let name = change["resource"]?.stringValue ?? ""
        guard let resource = ResourceName(name) else {
            throw Self.invalid("resource", "resource.name", "\"\(name)\" names no resource")
        }
        self.verb = change["op"]?.stringValue.flatMap { Verb(rawValue: $0) } ?? .put
        self.resource = resource
        self.value = change["value"] ?? [:]
        self.schemas = services.rules.schemas
        if let base = change["base"]?.stringValue {
            self.precondition = Precondition(base: try services.base(base))
        } else {
            let tag = change["if_match"]?.stringValue ?? value["etag"]?.stringValue
            self.precondition = Precondition(match: tag.map { .tags([$0]) })
        }
    }

    /// What the planner is to do.
    ///
    /// - Throws: `StateError` with findings whose pointers start at the entry.
    func edit() throws(StateError) -> ResourceEdit { ResourceEdit(try operation(), precondition) }

    private func operation() throws(StateError) -> ResourceEdit.Operation {
        switch (resource, verb) {
        case (.agent(let id), .put): return .replaceAgent(id, try agentContent())
        case (.agent(let id), .merge), (.agent(let id), .patch): return .patchAgent(id, try documentPatch())
        case (.agent(let id), .delete): return .deleteAgent(id)
        case (.document(let id, let kind), .put): return .putDocument(id, kind, try documentText())
        case (.document(let id, let kind), .merge), (.document(let id, let kind), .patch):
            return .patchDocument(id, kind, try documentPatch())
        case (.document(let id, let kind), .delete): return .deleteDocument(id, kind)
        case (.systemSettings, .put): return .patchSettings(try replacement())
        case (.systemSettings, .merge), (.systemSettings, .patch): return .patchSettings(try documentPatch())
        case (.systemSettings, .delete):
            throw Self.invalid("op", "change.not_possible", "the settings cannot be deleted: put {} to reset them all")
        case (.skill(let id), .put): return .putSkill(id, try skillContent())
        case (.skill(let id), .merge), (.skill(let id), .patch): return .patchSkill(id, try documentPatch())
        case (.skill(let id), .delete): return .deleteSkill(id)
        case (.release(let id), .put): return .putRelease(id, try releaseFacts())
        case (.release(let id), .merge), (.release(let id), .patch): return .patchRelease(id, try documentPatch())
        case (.release(let id), .delete): return .deleteRelease(id)
        case (.provider(let id), _): return try metadata(.provider(id))
        case (.connectionDefault(let key), _): return try metadata(.connectionDefault(key))
        }
    }

    private func metadata(_ document: MetadataDocument) throws(StateError) -> ResourceEdit.Operation {
        switch verb {
        case .put:
            var object = value.objectValue ?? [:]
            object.removeValue(forKey: "etag")
            return .putMetadata(document, object)
        case .merge, .patch: return .patchMetadata(document, try documentPatch())
        case .delete: return .deleteMetadata(document)
        }
    }

    private func agentContent() throws(StateError) -> AgentContent {
        do {
            return try AgentContent(representation: value.objectValue ?? [:], documentsAreWhole: false)
        } catch {
            throw Self.inValue(error)
        }
    }

    private func skillContent() throws(StateError) -> SkillContent {
        try requireKnown(["frontmatter", "body"] + SkillBody.serverOwned)
        guard let frontMatter = value["frontmatter"]?.objectValue else {
            throw Self.invalid("value", "object.required", "a skill needs the object frontmatter")
        }
        return SkillContent(frontMatter: frontMatter, body: try text("body"))
    }

    private func releaseFacts() throws(StateError) -> ReleaseFacts {
        let violations = schemas.release.validate(value)
        guard violations.isEmpty, let facts = ReleaseFacts(value) else {
            let problems = violations.map { violation in
                let pointer = JSONPointer(tokens: ["value"] + violation.pointer.tokens)
                return Diagnostic(.error, violation.code.rawValue, file: "", pointer: pointer, violation.message)
            }
            throw StateError(.requestInvalid, "the value is no release", diagnostics: problems)
        }
        return facts
    }

    private func documentText() throws(StateError) -> String {
        try requireKnown(["content", "kind", "updated_at", "updated_by", "updated_revision", "etag"])
        return try text("content")
    }

    /// Every member that a write of the resource does not have is a finding.
    private func requireKnown(_ names: [String]) throws(StateError) {
        let unknown = (value.objectValue?.keys ?? []).filter { key in !names.contains { $0.hasSameBytes(as: key) } }
        guard !unknown.isEmpty else { return }
        let problems = unknown.map { key in
            let hint = Suggestion.closest(to: key, among: names).map { "did you mean \"\($0)\"?" }
            return Diagnostic(
                .error,
                "object.unknown_field",
                file: "",
                pointer: JSONPointer(tokens: ["value", key]),
                "the field \"\(String(key.unicodeScalars.prefix(80)))\" is not known",
                hint: hint
            )
        }
        throw StateError(.requestInvalid, "the value has unknown fields", diagnostics: problems)
    }

    private func text(_ name: String) throws(StateError) -> String {
        guard let text = value[name]?.stringValue else {
            throw Self.invalid("value", "object.required", "\(resource) needs the text \(name)")
        }
        return text
    }

    private func documentPatch() throws(StateError) -> DocumentPatch {
        guard verb == .patch else {
            var object = value.objectValue ?? [:]
            object.removeValue(forKey: "etag")
            return .merge(.object(object))
        }
        do {
            return try DocumentPatch(operations: value)
        } catch {
            throw Self.inValue(error)
        }
    }

    /// A patch that leaves `value` and nothing else.
    private func replacement() throws(StateError) -> DocumentPatch {
        try DocumentPatch(operations: [["op": "replace", "path": "", "value": value]])
    }

    private static func invalid(_ member: String, _ code: String, _ message: String) -> StateError {
        let problem = Diagnostic(.error, code, file: "", pointer: JSONPointer(tokens: [member]), message)
        return StateError(.requestInvalid, message, diagnostics: [problem])
    }

    /// The same findings, from the entry's point of view.
    private static func inValue(_ error: StateError) -> StateError {
        let problems = error.diagnostics.map { finding in
            let pointer = JSONPointer(tokens: ["value"] + (finding.pointer?.tokens ?? []))
            return Diagnostic(.error, finding.code, file: "", pointer: pointer, finding.message, hint: finding.hint)
        }
        return StateError(error.code, error.message, diagnostics: problems)
    }
}
