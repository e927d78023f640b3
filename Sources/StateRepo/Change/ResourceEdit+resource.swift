extension ResourceEdit.Operation {
    /// The resource that preconditions are about.
    var resource: ResourceName {
        switch self {
        case .createAgent(let id, _), .replaceAgent(let id, _), .patchAgent(let id, _), .deleteAgent(let id),
            .publish(let id, _, _), .activate(let id, _):
            .agent(id)
        case .putDocument(let id, let kind, _), .patchDocument(let id, let kind, _), .deleteDocument(let id, let kind):
            .document(id, kind)
        case .patchSettings: .systemSettings
        case .putSkill(let id, _), .patchSkill(let id, _), .deleteSkill(let id): .skill(id)
        case .putRelease(let id, _), .patchRelease(let id, _), .deleteRelease(let id): .release(id)
        case .putMetadata(let document, _), .patchMetadata(let document, _), .deleteMetadata(let document):
            document.resource
        }
    }

    /// Whether the operation writes something that may exist, so that a settings-wide demand for `If-Match` or `base`
    /// applies; releases in a change list are judged by rules of their own.
    var needsVersion: Bool {
        switch self {
        case .replaceAgent, .patchAgent, .putDocument, .patchDocument, .patchSettings, .putSkill, .patchSkill,
            .deleteAgent, .deleteDocument, .deleteSkill, .publish, .activate, .putMetadata, .patchMetadata,
            .deleteMetadata:
            true
        case .createAgent, .putRelease, .patchRelease, .deleteRelease: false
        }
    }

    /// The first line of a commit with this one edit; what it did is added when only the name stands there.
    var subject: String {
        switch self {
        case .createAgent: "\(resource): create"
        case .deleteAgent, .deleteSkill, .deleteDocument, .deleteMetadata: "\(resource): delete"
        case .deleteRelease: "\(resource): unpublish"
        case .publish, .activate, .replaceAgent, .patchAgent, .putDocument, .patchDocument, .patchSettings,
            .putSkill, .patchSkill, .putRelease, .patchRelease, .putMetadata, .patchMetadata:
            "\(resource)"
        }
    }
}
