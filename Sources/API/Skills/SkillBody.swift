import Documents
import HashTreeCollections
import StateRepo

/// A skill as lists and single reads show it.
struct SkillBody: Sendable {
    /// The members of a body that only the server sets; a write may repeat their present values.
    static let serverOwned = [
        "id", "name", "description", "category", "tags", "aliases", "path", "files", "updated_at", "updated_by",
        "updated_revision", "etag", "used_by", "diagnostics", "omitted", "diff",
    ]

    let id: SkillID
    let tag: ResourceTag
    let assets: [SkillFolder.Asset]
    private let facts: SkillFacts
    private let document: StateFile
    private let change: LastChange?

    /// `nil` when there is no such skill, or no version of it that can be read.
    init?(_ id: SkillID, in snapshot: StateSnapshot) {
        guard let folder = snapshot.serving.skills[id], let document = folder.document, let facts = document.facts,
            let tag = ResourceTag(of: .skill(id), in: snapshot)
        else { return nil }
        self.id = id
        self.tag = tag
        self.assets = folder.assets
        self.facts = facts
        self.document = document.file
        self.change = snapshot.lastChanges[.skill(id)]
    }

    /// What lists show.
    var summary: JSONObject {
        var object = described
        object.add(change)
        return object
    }

    /// The whole skill.
    ///
    /// - Parameter sizes: those of ``assets``, in bytes.
    func json(sizes: [Int]) -> JSONObject {
        var object = described
        let content = SkillContent(document) ?? SkillContent(frontMatter: [:], body: "")
        object["frontmatter"] = .object(content.frontMatter)
        object["body"] = .string(content.body)
        let folder = "skills/\(id)/"
        object["files"] = .array(
            zip(assets, sizes).map { asset, size in
                ["path": .string(String(asset.path.dropFirst(folder.count))), "size": JSONValue(size)]
            }
        )
        object.add(change)
        object["etag"] = .string(tag.description)
        return object
    }

    func matches(_ filter: SkillFilter) -> Bool { filter.matches(id, facts) }

    private var described: JSONObject {
        [
            "id": .string(id.description), "name": .string(facts.name), "description": .string(facts.summary),
            "category": .string(facts.category), "tags": .array(facts.tags.map(JSONValue.string)),
            "aliases": .array(facts.aliases.map(JSONValue.string)), "path": .string(document.path),
        ]
    }
}

/// The filters of `GET /skills`; every given one must hold.
struct SkillFilter: Sendable {
    private let text: String?
    private let category: String?
    private let tags: [String]

    init(_ query: QueryValues) {
        self.text = query.text("q")?.lowercased()
        self.category = query.text("category")
        self.tags = query.texts("tag")
    }

    func matches(_ id: SkillID, _ facts: SkillFacts) -> Bool {
        if let category, !category.hasSameBytes(as: facts.category) { return false }
        guard tags.allSatisfy({ tag in facts.tags.contains { $0.hasSameBytes(as: tag) } }) else { return false }
        guard let text else { return true }
        let fields = [id.description, facts.name, facts.summary] + facts.tags + facts.aliases
        return fields.contains { $0.lowercased().contains(text) }
    }
}
