import Documents
import HTTPTypes
import HashTreeCollections
import Reconciler
import StateRepo

extension Handlers {
    /// Adds `/skills`.
    package mutating func registerSkills(_ services: StateServices) {
        let skills = SkillHandlers(services: services)
        register("listSkills") { try await skills.list($0) }
        register("getSkill") { try await skills.get($0) }
        register("putSkill") { try await skills.put($0) }
        register("deleteSkill") { try await skills.delete($0) }
    }
}

/// `/skills` and `/skills/:skill_id`.
struct SkillHandlers: Sendable {
    let services: StateServices

    fileprivate func list(_ request: OperationRequest) async throws -> OperationResponse {
        let cursor = try services.cursors.open(request)
        let view = try await services.listView(request, cursor)
        let filter = SkillFilter(request.query)
        var page = ListPage(request)
        var last = cursor?.position ?? ""
        let ids = view.snapshot.serving.skills.keys.filter { $0.description > last }
        for id in ids.sorted() {
            guard let skill = SkillBody(id, in: view.snapshot), skill.matches(filter) else { continue }
            guard page.add(.object(skill.summary), after: last) else { break }
            last = id.description
        }
        return try page.answer(request, view, services.cursors)
    }

    fileprivate func get(_ request: OperationRequest) async throws -> OperationResponse {
        let id = try request.skillID()
        let view = try await services.view(request)
        let skill = try SkillBody.found(id, in: view.snapshot)
        var body = skill.json(sizes: try await services.archive.sizes(of: skill.assets.map(\.blob)))
        let included = request.query.texts("include")
        add(included, to: &body, id, view.snapshot)
        return try .read(request, view, tag: included.isEmpty ? EntityTag(skill.tag) : nil, .object(body))
    }

    fileprivate func put(_ request: OperationRequest) async throws -> OperationResponse {
        let text = request.path("skill_id")
        guard let id = SkillID(text) else { throw StateError.invalidID(text, kind: "skill") }
        let precondition = try services.precondition(request)
        let body = request.body?.objectValue ?? [:]
        try await check(body, of: id, precondition)
        let content = SkillContent(
            frontMatter: body["frontmatter"]?.objectValue ?? [:],
            body: body["body"]?.stringValue ?? ""
        )
        let outcome = try await services.write(request, ChangeSet(ResourceEdit(.putSkill(id, content), precondition)))
        let skill = try SkillBody.found(id, in: outcome.snapshot)
        let isNew = outcome.creates("SKILL.md")
        return .written(
            request,
            outcome,
            isNew ? .created : .ok,
            tag: EntityTag(skill.tag),
            location: isNew ? "/api/control-plane/skills/\(id)" : nil,
            skill.json(sizes: try await services.archive.sizes(of: skill.assets.map(\.blob)))
        )
    }

    fileprivate func delete(_ request: OperationRequest) async throws -> OperationResponse {
        let edit = ResourceEdit(.deleteSkill(try request.skillID()), try services.precondition(request))
        return .deleted(request, try await services.write(request, ChangeSet(edit)))
    }

    /// What a read shows and a write repeats must be as it is now.
    private func check(_ body: JSONObject, of id: SkillID, _ precondition: Precondition) async throws {
        let owned = JSONObject(
            body.filter { $0.key != "frontmatter" && $0.key != "body" }.map { ($0.key, $0.value) }
        )
        guard !owned.isEmpty else { return }
        let skill = SkillBody(id, in: try services.snapshots.current)
        guard precondition.comparesWithPresent(skill?.tag) else { return }
        var present: JSONObject = ["id": .string(id.description)]
        if let skill {
            present = skill.json(sizes: try await services.archive.sizes(of: skill.assets.map(\.blob)))
        }
        try ServerOwned(members: owned).check(against: present)
    }

    /// What is shown only when asked for; all of it comes from the tree and is answered for any revision.
    private func add(_ included: [String], to body: inout JSONObject, _ id: SkillID, _ snapshot: StateSnapshot) {
        if included.contains("used_by") {
            let uses = snapshot.serving.uses(of: .skill, named: id.description)
            body["used_by"] = .array(uses.filter { $0.resource != .skill(id) }.map(\.json))
        }
        if included.contains("diagnostics") {
            var findings = snapshot.head.skills[id]?.diagnostics ?? []
            if let served = snapshot.serving.skills[id] {
                let review = ReferenceReview(
                    tree: snapshot.serving,
                    rules: services.rules,
                    secrets: services.secrets.inventory
                )
                findings += review.diagnostics(of: served)
            }
            body["diagnostics"] = .array(snapshot.noting(findings).map(\.json))
        }
    }
}

extension SkillBody {
    /// - Throws: `skill.not_found`, also for a skill of which no version can be read.
    fileprivate static func found(_ id: SkillID, in snapshot: StateSnapshot) throws(StateError) -> SkillBody {
        if let skill = SkillBody(id, in: snapshot) { return skill }
        guard snapshot.head.skills[id] == nil else {
            let message = "no version of the skill \"\(id)\" can be read: GET /state says what is wrong with it"
            throw StateError(.skillNotFound, message)
        }
        throw StateError.notFound(.skill(id))
    }
}
