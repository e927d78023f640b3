import Documents
import StateRepo

extension OperationRequest {
    /// The agent that the path names; an id that no agent can have is not found.
    func agentID() throws(StateError) -> AgentID {
        let text = path("agent_id")
        guard let id = AgentID(text) else {
            throw StateError(.agentNotFound, "there is no agent \"\(text.prefix(80))\"")
        }
        return id
    }

    func skillID() throws(StateError) -> SkillID {
        let text = path("skill_id")
        guard let id = SkillID(text) else {
            throw StateError(.skillNotFound, "there is no skill \"\(text.prefix(80))\"")
        }
        return id
    }

    func documentKind() throws(StateError) -> DocumentKind {
        let text = path("kind")
        guard let kind = DocumentKind(rawValue: text) else {
            let known = DocumentKind.allCases.map(\.rawValue)
            let hint = Suggestion.closest(to: text, among: known).map { ": did you mean \"\($0)\"?" } ?? ""
            throw StateError(.documentNotFound, "there is no kind of document \"\(text.prefix(80))\"\(hint)")
        }
        return kind
    }

    /// The body of a PATCH by its media type; plain JSON is a merge patch.
    func patch() throws -> DocumentPatch {
        let value = body ?? [:]
        return mediaType == .jsonPatch ? try DocumentPatch(operations: value) : .merge(value.withoutTag)
    }
}

extension DocumentPatch {
    /// Reads a JSON Patch.
    ///
    /// - Throws: `request.invalid` when it is none.
    init(operations value: JSONValue) throws(StateError) {
        do {
            self = .operations(try JSONPatch(value))
        } catch {
            throw StateError(.requestInvalid, "this is no JSON Patch", diagnostics: [Diagnostic(error)])
        }
    }
}

extension JSONValue {
    /// A body whose `etag` has done its work as a precondition.
    fileprivate var withoutTag: JSONValue {
        guard var object = objectValue else { return self }
        object.removeValue(forKey: "etag")
        return .object(object)
    }
}

extension StateError {
    /// An id that a write would create and that no resource can have.
    static func invalidID(_ text: String, kind: String) -> StateError {
        let problem = Diagnostic(
            .error,
            "string.pattern",
            file: "",
            pointer: JSONPointer(tokens: ["id"]),
            "\"\(text.prefix(80))\" is no id: 1 to 64 of a-z, 0-9, - and _, with a letter or digit at both ends"
        )
        return StateError(.requestInvalid, "this cannot be the id of a new \(kind)", diagnostics: [problem])
    }
}
