package import Documents

/// Two changes of one file since a common version, brought together: fields of JSON and of front matter one by one, other
/// text by lines, everything else as a whole.
package struct FileMerge: Sendable {
    package typealias Version = FileVersions.Version

    package enum Outcome: Sendable {
        /// The file as it is on the present side.
        case unchanged
        /// The file as the proposal has it, because the present side did not change it.
        case proposed
        /// Something of both.
        case merged([UInt8])
        /// What both changed in different ways; never empty.
        case conflicts([Conflict])
    }

    package enum Conflict: Sendable {
        case field(MergeConflict)
        /// Lines of the text at a pointer, which stands below so many other lines of the proposal's file.
        case lines(LineConflict, JSONPointer, below: Int)
        /// One side removed what the other edited, or the content is no text.
        case whole(MergeConflict)
    }

    /// Whose formatting a merged file has.
    package enum Formatting: Sendable {
        case current
        case proposed
    }

    let path: String
    let base: Version?
    let current: Version?
    let proposed: Version?
    let schemas: StateSchemas
    let formatting: Formatting

    /// - Parameters:
    ///   - base: the version that the proposal started from; `nil` when there was no such file.
    ///   - current: the version on the present side.
    package init(
        path: String,
        base: Version?,
        current: Version?,
        proposed: Version?,
        schemas: StateSchemas,
        formatting: Formatting
    ) {
        self.path = path
        self.base = base
        self.current = current
        self.proposed = proposed
        self.schemas = schemas
        self.formatting = formatting
    }

    package var outcome: Outcome {
        if Self.isSame(proposed, base) || Self.isSame(proposed, current) { return .unchanged }
        if Self.isSame(current, base) { return .proposed }
        guard let current = text(current), let proposed = text(proposed), base == nil || text(base) != nil else {
            return .conflicts([whole])
        }
        switch merge(text(base), current, proposed) {
        case .merged(let content) where content == current: return .unchanged
        case let outcome: return outcome
        }
    }

    private static func isSame(_ one: Version?, _ other: Version?) -> Bool {
        one?.id == other?.id && one?.mode == other?.mode
    }

    private func text(_ version: Version?) -> [UInt8]? {
        guard let version, version.mode == .blob, version.isText else { return nil }
        return version.content
    }

    private func merge(_ base: [UInt8]?, _ current: [UInt8], _ proposed: [UInt8]) -> Outcome {
        if path.hasSuffix(".json"), let outcome = fields(base, current, proposed) { return outcome }
        if case .skill = Layout.role(of: path), let outcome = skill(base, current, proposed) { return outcome }
        switch LineMerge.merge(base: base ?? [], current: current, proposed: proposed) {
        case .merged(let text): return .merged(text)
        case .conflicts(let found):
            return .conflicts(found.map { .lines($0, JSONPointer(tokens: ["content"]), below: 0) })
        }
    }

    /// `nil` when a side is no JSON.
    private func fields(_ base: [UInt8]?, _ current: [UInt8], _ proposed: [UInt8]) -> Outcome? {
        do {
            let (ours, theirs) = (try JSONDocument(parsing: current), try JSONDocument(parsing: proposed))
            let merge = ThreeWayMerge.merge(
                base: try base.map { try JSONValue(parsing: $0) } ?? [:],
                current: ours.value,
                proposed: theirs.value
            )
            switch merge {
            case .merged(let value):
                let document = formatting == .current ? ours : theirs
                return .merged(document.edited(to: value, order: order).source)
            case .conflicts(let conflicts): return .conflicts(conflicts.map { .field($0) })
            }
        } catch {
            return nil
        }
    }

    private var order: MemberOrder {
        guard let schema = Layout.role(of: path).flatMap(schemas.schema) else { return .none }
        return MemberOrder { schema.memberOrder(at: $0) }
    }

    /// The conflict of a file that is there on one side only, or is no text.
    private var whole: Conflict {
        .whole(MergeConflict(pointer: .root, base: shown(base), current: shown(current), proposed: shown(proposed)))
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

extension FileMerge {
    /// `nil` when the front matter of a side cannot be read, or that of both together not be written.
    private func skill(_ base: [UInt8]?, _ current: [UInt8], _ proposed: [UInt8]) -> Outcome? {
        do {
            let (ours, theirs) = (try FrontMatter(parsing: current), try FrontMatter(parsing: proposed))
            let old = try base.map { try FrontMatter(parsing: $0) }
            var conflicts: [Conflict] = []
            var matter = ours.value
            switch ThreeWayMerge.merge(
                base: Self.named(old?.value ?? [:]),
                current: Self.named(ours.value),
                proposed: Self.named(theirs.value)
            ) {
            case .merged(let value): matter = value["frontmatter"] ?? matter
            case .conflicts(let found): conflicts += found.map { .field($0) }
            }
            var body = ours.body
            switch LineMerge.merge(
                base: Array((old?.body ?? "").utf8),
                current: Array(body.utf8),
                proposed: Array(theirs.body.utf8)
            ) {
            case .merged(let text): body = String(decoding: text, as: UTF8.self)
            case .conflicts(let found):
                let pointer = JSONPointer(tokens: ["body"])
                conflicts += found.map { .lines($0, pointer, below: theirs.bodyStartLine - 1) }
            }
            guard conflicts.isEmpty else { return .conflicts(conflicts) }
            let order = schemas.skill.memberOrder(at: .root)
            let document = formatting == .current ? ours : theirs
            return .merged(Array(try document.replacing(value: matter, body: body, order: order).source.utf8))
        } catch {
            return nil
        }
    }

    private static func named(_ frontMatter: JSONValue) -> JSONValue { ["frontmatter": frontMatter] }
}

extension FileMerge.Conflict {
    /// With a pointer into the file, as the contract shows conflicts.
    var json: JSONValue {
        switch self {
        case .field(let conflict), .whole(let conflict): conflict.json
        case .lines(let conflict, let pointer, _): conflict.json(at: pointer)
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
