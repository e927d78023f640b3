import Documents

/// Brings the change of one file together with what became of the file since: fields of JSON and of front matter one by
/// one, texts by lines, everything else as a whole.
struct FileMerge {
    typealias Version = FileVersions.Version

    enum Outcome {
        /// The change is in the file already.
        case unchanged
        /// Nothing happened to the file since, so that it becomes what the change says; `nil` removes it.
        case taken([UInt8]?)
        case merged([UInt8])
        /// What both changed, with pointers into the file.
        case conflicts([JSONValue])
    }

    let path: String
    let base: Version?
    let current: Version?
    let proposed: Version?
    let schemas: StateSchemas

    /// - Throws: `state.invalid` when the change asks for what no file of the state may be.
    func outcome() throws -> Outcome {
        if Self.isSame(current, proposed) { return .unchanged }
        if Self.isSame(current, base) { return .taken(try wanted()) }
        guard let current = text(current), let proposed = text(proposed) else {
            return .conflicts([whole])
        }
        guard base == nil || text(base) != nil else { return .conflicts([whole]) }
        return try merge(text(base), current, proposed)
    }

    private static func isSame(_ one: Version?, _ other: Version?) -> Bool {
        one?.id == other?.id && one?.mode == other?.mode
    }

    private func text(_ version: Version?) -> [UInt8]? {
        guard let version, version.mode == .blob, version.isText else { return nil }
        return version.content
    }

    /// The content that the change gives the file.
    private func wanted() throws(StateError) -> [UInt8]? {
        guard let proposed else { return nil }
        if proposed.mode == .blob, let content = proposed.content { return content }
        let problem =
            EntryPath(path).flatMap { StrayRules.diagnostic($0, mode: proposed.mode) }
            ?? StrayRules.diagnostic(path, size: Layout.maximumFileSize + 1)
        throw StateError(
            .stateInvalid,
            "the file \(path) cannot be what it was",
            diagnostics: [problem].compactMap(\.self)
        )
    }

    private func merge(_ base: [UInt8]?, _ current: [UInt8], _ proposed: [UInt8]) throws -> Outcome {
        if path.hasSuffix(".json"), let outcome = fields(base, current, proposed) { return outcome }
        if case .skill = Layout.role(of: path), let outcome = try skill(base, current, proposed) { return outcome }
        return lines(base, current, proposed, at: JSONPointer(tokens: ["content"]))
    }

    /// `nil` when a side is no JSON.
    private func fields(_ base: [UInt8]?, _ current: [UInt8], _ proposed: [UInt8]) -> Outcome? {
        do {
            let document = try JSONDocument(parsing: current)
            let merge = ThreeWayMerge.merge(
                base: try base.map { try JSONValue(parsing: $0) } ?? [:],
                current: document.value,
                proposed: try JSONValue(parsing: proposed)
            )
            switch merge {
            case .merged(let value): return .merged(document.edited(to: value, order: order).source)
            case .conflicts(let conflicts): return .conflicts(conflicts.map(\.json))
            }
        } catch {
            return nil
        }
    }

    private var order: MemberOrder {
        guard let schema = Layout.role(of: path).flatMap(schemas.schema) else { return .none }
        return MemberOrder { schema.memberOrder(at: $0) }
    }

    /// `nil` when the front matter of a side cannot be read.
    private func skill(
        _ base: [UInt8]?,
        _ current: [UInt8],
        _ proposed: [UInt8]
    ) throws -> Outcome? {
        let file = StateFile(path: path, blob: .zero, content: current)
        guard let ours = SkillContent(file), let theirs = content(proposed) else { return nil }
        let old = base.map(content) ?? SkillContent(frontMatter: [:], body: "")
        guard let old else { return nil }
        var conflicts: [JSONValue] = []
        var matter: JSONValue = .object(ours.frontMatter)
        switch ThreeWayMerge.merge(base: frontMatter(old), current: frontMatter(ours), proposed: frontMatter(theirs)) {
        case .merged(let value): matter = value["frontmatter"] ?? matter
        case .conflicts(let found): conflicts += found.map(\.json)
        }
        var body = ours.body
        switch LineMerge.merge(base: Array(old.body.utf8), current: Array(body.utf8), proposed: Array(theirs.body.utf8))
        {
        case .merged(let text): body = String(decoding: text, as: UTF8.self)
        case .conflicts(let found): conflicts += found.map { $0.json(at: JSONPointer(tokens: ["body"])) }
        }
        guard conflicts.isEmpty else { return .conflicts(conflicts) }
        let merged = SkillContent(frontMatter: matter.objectValue ?? [:], body: body)
        return .merged(try SkillText.write(merged, replacing: file, schema: schemas.skill))
    }

    private func content(_ text: [UInt8]) -> SkillContent? {
        SkillContent(StateFile(path: path, blob: .zero, content: text))
    }

    private func frontMatter(_ skill: SkillContent) -> JSONValue { ["frontmatter": .object(skill.frontMatter)] }

    private func lines(
        _ base: [UInt8]?,
        _ current: [UInt8],
        _ proposed: [UInt8],
        at pointer: JSONPointer
    ) -> Outcome {
        switch LineMerge.merge(base: base ?? [], current: current, proposed: proposed) {
        case .merged(let text): .merged(text)
        case .conflicts(let regions): .conflicts(regions.map { $0.json(at: pointer) })
        }
    }

    /// The conflict of a file that is there on one side only, or is no text.
    private var whole: JSONValue {
        MergeConflict(pointer: .root, base: shown(base), current: shown(current), proposed: shown(proposed)).json
    }

    /// A side as a conflict shows it: the value of JSON, or the text; `nil` also for what is no text.
    private func shown(_ version: Version?) -> JSONValue? {
        guard let content = text(version) else { return nil }
        do {
            guard path.hasSuffix(".json") else { return .string(String(decoding: content, as: UTF8.self)) }
            return try JSONValue(parsing: content)
        } catch {
            return .string(String(decoding: content, as: UTF8.self))
        }
    }
}

extension StateSchemas {
    /// The schema of the JSON document that plays `role`.
    func schema(_ role: FileRole) -> JSONSchema? {
        switch role {
        case .agentDefinition: agent
        case .release: release
        case .format: format
        case .systemSettings: systemSettings
        case .provider: providerConnection
        case .connectionDefault: connectionDefault
        case .agentDocument, .skill, .skillAsset, .companion: nil
        }
    }
}
