import Documents
import HashTreeCollections

extension ChangePlanner {
    /// Compares the precondition of an edit with the present version of its resource.
    func check(_ edit: ResourceEdit) throws {
        let resource = edit.operation.resource
        let present = tag(of: resource)
        let precondition = edit.precondition
        try checkNoneMatch(precondition, resource, present)
        switch precondition.match {
        case .any?:
            guard present != nil || isThere(resource) else { throw absent(edit.operation) }
        case .tags(let tags)?:
            guard let present else { throw absent(edit.operation) }
            guard !tags.contains(present.description) else { break }
            let changed = try changes(since: tags, of: resource)
            let message = "\(resource) has changed since the version you read"
            throw StateError.preconditionFailed(resource, message, present, context.snapshot, changed: changed)
        case nil:
            try requireOne(edit, exists: present != nil)
        }
        if case .document(let id, let kind) = resource, precondition.base == nil {
            try checkRepeated(precondition.repeated, ownedMembers(of: id, kind))
        }
    }

    private func ownedMembers(of id: AgentID, _ kind: DocumentKind) -> JSONObject {
        AgentDocumentRepresentation(id, kind, in: context.snapshot)?.owned ?? ["kind": .string(kind.rawValue)]
    }

    /// Members that only the server sets may be repeated in a write, and must then equal the present ones.
    ///
    /// `etag` was compared as a precondition.
    func checkRepeated(_ members: JSONObject, _ present: JSONObject) throws(StateError) {
        let wrong = members.filter { $0.key != "etag" && present[$0.key] != $0.value }.map(\.key)
        guard wrong.isEmpty else { throw StateError.serverOwned(wrong) }
    }

    /// `If-None-Match` (RFC 9110, section 13.1.2); what is there and cannot be shown exists all the same.
    private func checkNoneMatch(
        _ precondition: Precondition,
        _ resource: ResourceName,
        _ present: ResourceTag?
    ) throws(StateError) {
        guard let present else {
            guard precondition.mustNotExist, isThere(resource) else { return }
            throw .preconditionFailed(resource, "\(resource) exists, but is broken", nil, context.snapshot)
        }
        if precondition.mustNotExist {
            throw .preconditionFailed(resource, "\(resource) exists", present, context.snapshot)
        }
        if precondition.noneOf.contains(where: present.description.hasSameBytes) {
            throw .preconditionFailed(resource, "\(resource) still is what you named", present, context.snapshot)
        }
    }

    /// Whether the head of `main` has files of the resource, good or bad.
    private func isThere(_ resource: ResourceName) -> Bool { !context.snapshot.head.files(of: resource).isEmpty }

    /// `If-Match` on what does not exist: 404 where the edit would be 404 anyway, and where it would create, 412.
    private func absent(_ operation: ResourceEdit.Operation) -> StateError {
        switch operation {
        case .putDocument(let id, _, _) where !isShown(id), .deleteDocument(let id, _) where !isShown(id):
            .notFound(.agent(id))
        case .deleteAgent(let id) where isThere(.agent(id)):
            .preconditionFailed(.agent(id), "\(ResourceName.agent(id)) exists, but is broken", nil, context.snapshot)
        case .replaceAgent, .putDocument, .putSkill, .createAgent, .patchSettings, .putRelease, .putMetadata:
            .preconditionFailed(operation.resource, context.snapshot)
        case .patchDocument(let id, _, _) where context.snapshot.head.agents[id] == nil: .notFound(.agent(id))
        case .publish(let id, _, _), .activate(let id, _), .patchAgent(let id, _), .deleteAgent(let id):
            headError(of: id) ?? .notFound(.agent(id))
        case .patchDocument, .deleteDocument, .patchSkill, .deleteSkill, .patchRelease, .deleteRelease,
            .patchMetadata, .deleteMetadata:
            .notFound(operation.resource)
        }
    }

    /// An agent that is there and cannot be shown, because no version of it was ever good.
    private func headError(of id: AgentID) -> StateError? {
        guard let folder = context.snapshot.head.agents[id], folder.isBroken else { return nil }
        return .headInvalid(.agent(id), folder.diagnostics)
    }

    private func requireOne(_ edit: ResourceEdit, exists: Bool) throws(StateError) {
        guard edit.operation.needsVersion, exists, edit.precondition.base == nil, !edit.precondition.mustNotExist,
            context.rules.settings(of: context.snapshot.head).requiresPrecondition
        else { return }
        let message = "the settings demand If-Match or base: send the ETag of the version you edited"
        throw StateError(.preconditionRequired, message)
    }

    /// The present tag of a resource, or `nil` when it does not exist.
    func tag(of resource: ResourceName) -> ResourceTag? { ResourceTag(of: resource, in: context.snapshot) }

    /// Pointers of what differs between the version that a caller's tag names and the present one; `nil` when that
    /// version is unknown.
    private func changes(since tags: [String], of resource: ResourceName) throws -> [String]? {
        guard let tag = tags.lazy.compactMap({ ResourceTag($0) }).first else { return nil }
        var (before, now): ([StateFile], [StateFile]) = ([], [])
        for part in resource.shown {
            guard let path = part.storagePath, let files = try history.files(path, tag.revision) else { return nil }
            before += files
            now += context.snapshot.head.files(of: part)
        }
        let paths = Set(before.map(\.path)).union(now.map(\.path)).sorted()
        return paths.flatMap { path -> [String] in
            let old = before.first { $0.path == path }
            let new = now.first { $0.path == path }
            guard old?.blob != new?.blob else { return [] }
            return FileDifference(path: path, old: old?.content, new: new?.content).pointers(in: resource)
        }
    }
}

extension FileDifference {
    /// Pointers in the representation of `shown`: fields of JSON, the text of a document, or the whole.
    fileprivate func pointers(in shown: ResourceName) -> [String] {
        switch (resource, shown, content) {
        case (.document, .document, _): ["/content"]
        case (.document(_, let kind), _, _): ["/documents/\(kind.rawValue)"]
        // What a release pins is not part of the draft that an agent shows.
        case (.release, .agent, .fields(let fields)):
            fields.map(\.pointer.description).filter { ["/version", "/active"].contains($0) }
        case (_, _, .fields(let fields)): fields.map(\.pointer.description)
        default: [""]
        }
    }
}

extension ResourceName {
    /// The resources whose files make up the representation of this one, and its tag.
    fileprivate var shown: [ResourceName] {
        if case .agent(let id) = self { [self, .release(id)] } else { [self] }
    }

    /// The folder or file that holds the resource.
    var storagePath: String? {
        switch self {
        case .agent(let id): Layout.agentFolder(id)
        case .document(let id, let kind): Layout.path(of: .agentDocument(id, kind))
        case .release(let id): Layout.path(of: .release(id))
        case .provider(let id): Layout.path(of: .provider(id))
        case .connectionDefault(let key): Layout.path(of: .connectionDefault(key))
        case .systemSettings: Layout.path(of: .systemSettings)
        case .skill(let id): Layout.path(of: .skill(id))
        }
    }
}

extension StateTree {
    /// The files that hold `resource`.
    func files(of resource: ResourceName) -> [StateFile] {
        switch resource {
        case .agent(let id): agents[id]?.files ?? []
        case .document(let id, let kind): [file(.agentDocument(id, kind))].compactMap { $0 }
        case .release(let id): [file(.release(id))].compactMap { $0 }
        case .provider(let id): [file(.provider(id))].compactMap { $0 }
        case .connectionDefault(let key): [file(.connectionDefault(key))].compactMap { $0 }
        case .systemSettings: [file(.systemSettings)].compactMap { $0 }
        case .skill(let id): [file(.skill(id))].compactMap { $0 }
        }
    }
}
