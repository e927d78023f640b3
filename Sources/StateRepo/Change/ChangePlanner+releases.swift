import Documents
import HashTreeCollections

extension ChangePlanner {
    mutating func publish(_ id: AgentID, version: Int?, activate: Bool?) throws {
        guard let folder = draft.tree.agents[id] else { throw StateError.notFound(.agent(id)) }
        let ledger = context.snapshot.ledger
        let present = draft.tree.releases[id]?.facts
        var definition = folder.tree
        if let version {
            guard let entry = ledger.entry(of: id, version: version) else {
                throw StateError(.agentVersionNotFound, "the agent \"\(id)\" has no version \(version)")
            }
            definition = entry.definition
        }
        let isActive = activate ?? present?.isActive ?? false
        let isSame = present?.definition == definition
        let number = isSame ? present?.version ?? 1 : max(ledger.highestVersion(of: id), present?.version ?? 0) + 1
        try release(id, ReleaseFacts(version: number, definition: definition, isActive: isActive))
    }

    mutating func activate(_ id: AgentID, _ isActive: Bool) throws {
        guard draft.tree.agents[id] != nil else { throw StateError.notFound(.agent(id)) }
        guard let release = draft.tree.releases[id] else {
            throw StateError(.agentNotPublished, "the agent \"\(id)\" is not published: publish it first")
        }
        guard let facts = release.facts else {
            throw StateError.headInvalid(.release(id), release.document.diagnostics)
        }
        try self.release(id, ReleaseFacts(version: facts.version, definition: facts.definition, isActive: isActive))
    }

    mutating func putRelease(_ id: AgentID, _ facts: ReleaseFacts) throws {
        guard draft.tree.agents[id] != nil else { throw StateError.notFound(.agent(id)) }
        try put(id, facts)
    }

    mutating func patchRelease(_ id: AgentID, _ patch: DocumentPatch) throws {
        guard let release = draft.tree.releases[id] else { throw StateError.notFound(.release(id)) }
        guard let facts = release.facts else {
            throw StateError.headInvalid(.release(id), release.document.diagnostics)
        }
        let value = try JSONValue.object(facts.json).applying(patch)
        let violations = context.rules.schemas.release.validate(value)
        guard violations.isEmpty, let facts = ReleaseFacts(value) else {
            let problems = violations.map { Diagnostic($0, file: "", position: nil) }
            throw StateError(.stateInvalid, "the patch leaves no release", diagnostics: problems)
        }
        try putRelease(id, facts)
    }

    mutating func deleteRelease(_ id: AgentID) throws {
        guard let release = draft.tree.releases[id] else { throw StateError.notFound(.release(id)) }
        try draft.put([(release.document.file.path, nil)], history)
    }

    /// Writes the release file, unless it says so already; what begins to run must pass the publish checks.
    private mutating func release(_ id: AgentID, _ facts: ReleaseFacts) throws {
        let present = draft.tree.releases[id]
        guard present?.facts != facts else { return }
        try put(id, facts)
        let deactivates = present?.facts?.definition == facts.definition && !facts.isActive
        guard !deactivates, let pinned = draft.tree.releases[id]?.pinned else { return }
        let review = PublishReview(tree: draft.tree, rules: context.rules, secrets: context.secrets)
        let diagnostics = review.diagnostics(of: pinned)
        guard diagnostics.allSatisfy({ $0.severity != .error }) else {
            let message = "the agent \"\(id)\" cannot be published as it is"
            throw StateError(.agentPublishBlocked, message, diagnostics: diagnostics)
        }
    }

    private mutating func put(_ id: AgentID, _ facts: ReleaseFacts) throws {
        let present = draft.tree.releases[id]
        var object = facts.json
        keepSchemaMember(&object, from: present?.document.file, "release")
        let schema = context.rules.schemas.release
        let content = DocumentText.json(.object(object), replacing: present?.document.file, schema: schema)
        try draft.put([("state/releases/\(id).json", content)], history)
    }
}

extension ReleaseFacts {
    /// `{version, definition, active}`.
    fileprivate var json: JSONObject {
        [
            "version": JSONValue(version), "definition": .string(definition.description),
            "active": .bool(isActive),
        ]
    }
}
