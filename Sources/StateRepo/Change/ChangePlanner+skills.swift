import Documents
import HashTreeCollections

extension ChangePlanner {
    mutating func putSkill(_ id: SkillID, _ content: SkillContent, _ precondition: Precondition) throws {
        guard let base = precondition.base, draft.tree.skills[id]?.document != nil else {
            return try write(content, to: id)
        }
        try write(merge(id, base: skill(id, at: base), current: present(id), proposed: content), to: id)
    }

    mutating func patchSkill(_ id: SkillID, _ patch: DocumentPatch, _ precondition: Precondition) throws {
        let current = try present(id)
        guard let base = precondition.base else { return try write(current.applying(patch), to: id) }
        let version = try skill(id, at: base)
        try write(merge(id, base: version, current: current, proposed: version.applying(patch)), to: id)
    }

    mutating func deleteSkill(_ id: SkillID) throws {
        guard let skill = draft.tree.skills[id] else { throw StateError.notFound(.skill(id)) }
        let files = [skill.document?.file.path].compactMap { $0 } + skill.assets.map(\.path)
        try draft.put(files.map { ($0, nil) }, history)
    }

    private mutating func write(_ content: SkillContent, to id: SkillID) throws {
        let file = draft.tree.skills[id]?.document?.file
        let text = try SkillText.write(content, replacing: file, schema: context.rules.schemas.skill)
        try draft.put([("skills/\(id)/SKILL.md", text)], history)
    }

    /// The present version, which must be readable.
    private func present(_ id: SkillID) throws(StateError) -> SkillContent {
        guard let document = draft.tree.skills[id]?.document else { throw StateError.notFound(.skill(id)) }
        guard let content = SkillContent(document.file) else {
            throw StateError.headInvalid(.skill(id), document.diagnostics)
        }
        return content
    }

    private func skill(_ id: SkillID, at base: CommitID) throws -> SkillContent {
        guard let file = try files(of: .skill(id), at: base).first, let content = SkillContent(file) else {
            throw StateError(.revisionNotFound, "the version \(base) of \(ResourceName.skill(id)) cannot be read")
        }
        return content
    }

    /// Merges front matter field by field and the text by lines.
    private mutating func merge(
        _ id: SkillID,
        base: SkillContent,
        current: SkillContent,
        proposed: SkillContent
    ) throws -> SkillContent {
        var conflicts: [JSONValue] = []
        let fields = merge(
            ["frontmatter": .object(base.frontMatter)],
            ["frontmatter": .object(current.frontMatter)],
            ["frontmatter": .object(proposed.frontMatter)],
            &conflicts
        )
        let versions = TextVersions(Array(base.body.utf8), Array(current.body.utf8), Array(proposed.body.utf8))
        let body = merge(versions, at: JSONPointer(tokens: ["body"]), &conflicts) ?? []
        try refuse(conflicts, about: .skill(id))
        noteMerge(present: base.frontMatter != current.frontMatter || !base.body.hasSameBytes(as: current.body))
        let frontMatter = fields["frontmatter"]?.objectValue ?? [:]
        return SkillContent(frontMatter: frontMatter, body: String(decoding: body, as: UTF8.self))
    }
}

extension SkillContent {
    /// What a file says; `nil` when its front matter cannot be read.
    package init?(_ file: StateFile) {
        do {
            let matter = try FrontMatter(parsing: file.content)
            self.init(frontMatter: matter.value.objectValue ?? [:], body: matter.body)
        } catch {
            return nil
        }
    }

    /// Applies a patch to `{frontmatter, body}`.
    fileprivate func applying(_ patch: DocumentPatch) throws(StateError) -> SkillContent {
        let value: JSONValue = ["frontmatter": .object(frontMatter), "body": .string(body)]
        let object = try value.applying(patch).patchedObject()
        let unknown = object.keys.first { $0 != "frontmatter" && $0 != "body" }
        guard unknown == nil, let frontMatter = object["frontmatter"]?.objectValue,
            let body = object["body"]?.stringValue
        else {
            let pointer = JSONPointer(tokens: unknown.map { [$0] } ?? [])
            let message = "a skill has the members frontmatter, an object, and body, a text"
            let problem = Diagnostic(.error, "skill.members", file: "", pointer: pointer, message)
            throw StateError(.stateInvalid, "the patch leaves no skill", diagnostics: [problem])
        }
        return SkillContent(frontMatter: frontMatter, body: body)
    }
}
