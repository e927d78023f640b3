import Documents
import HashTreeCollections

extension ChangePlanner {
    mutating func putDocument(
        _ id: AgentID,
        _ kind: DocumentKind,
        _ text: String,
        _ precondition: Precondition
    ) throws {
        guard let folder = draft.tree.agents[id] else { throw StateError.notFound(.agent(id)) }
        let path = "\(Layout.agentFolder(id))/\(kind.fileName)"
        var content = Array(text.utf8)
        if let base = precondition.base {
            let current = folder.document(kind)?.file.content
            let before = try files(of: .document(id, kind), at: base).first?.content
            var conflicts: [JSONValue] = []
            let versions = TextVersions(before, current, content)
            content = merge(versions, at: JSONPointer(tokens: ["content"]), &conflicts) ?? content
            try refuse(conflicts, about: .document(id, kind))
            noteMerge(present: before != current)
        }
        try draft.put([(path, content)], history)
    }

    mutating func deleteDocument(_ id: AgentID, _ kind: DocumentKind) throws {
        guard let folder = draft.tree.agents[id] else { throw StateError.notFound(.agent(id)) }
        guard let document = folder.document(kind) else { throw StateError.notFound(.document(id, kind)) }
        try draft.put([(document.file.path, nil)], history)
    }

    mutating func patchSettings(_ patch: DocumentPatch, _ precondition: Precondition) throws {
        let document = draft.tree.settings
        if let document, document.isBroken { throw StateError.headInvalid(.systemSettings, document.diagnostics) }
        let current = try document.map { try JSONValue(parsing: $0.file.content) } ?? .object([:])
        var result = current
        if let base = precondition.base {
            let file = try files(of: .systemSettings, at: base).first
            let before = try file.map { try JSONValue(parsing: $0.content) } ?? .object([:])
            var conflicts: [JSONValue] = []
            result = merge(before, current, try before.applying(patch), &conflicts)
            try refuse(conflicts, about: .systemSettings)
            noteMerge(present: before != current)
        } else {
            result = try current.applying(patch)
        }
        guard var object = result.objectValue else { throw StateError(.stateInvalid, "the patch leaves no object") }
        keepSchemaMember(&object, from: document?.file, "system-settings")
        let schema = context.rules.schemas.systemSettings
        let content = DocumentText.json(.object(object), replacing: document?.file, schema: schema)
        try draft.put([("state/system-settings.json", content)], history)
    }

    mutating func putSkill(_ id: SkillID, _ content: SkillContent, _ precondition: Precondition) throws {
        let path = "skills/\(id)/SKILL.md"
        let file = draft.tree.skills[id]?.document?.file
        let schema = context.rules.schemas.skill
        guard let base = precondition.base, let file else {
            return try draft.put([(path, try SkillText.write(content, replacing: file, schema: schema))], history)
        }
        let before = try files(of: .skill(id), at: base).first
        let proposed = try SkillText.write(content, replacing: before, schema: schema)
        var conflicts: [JSONValue] = []
        let versions = TextVersions(before?.content, file.content, proposed)
        let merged = merge(versions, at: JSONPointer(tokens: ["body"]), &conflicts) ?? proposed
        try refuse(conflicts, about: .skill(id))
        noteMerge(present: before?.content != file.content)
        try draft.put([(path, merged)], history)
    }

    mutating func deleteSkill(_ id: SkillID) throws {
        guard let skill = draft.tree.skills[id] else { throw StateError.notFound(.skill(id)) }
        let uses = draft.tree.uses(of: .skill, named: id.description)
            .filter { $0.resource != .skill(id) }
        guard uses.isEmpty else { throw StateError.inUse(.skillInUse, .skill(id), uses) }
        let files = [skill.document?.file.path].compactMap { $0 } + skill.assets.map(\.path)
        try draft.put(files.map { ($0, nil) }, history)
    }
}
