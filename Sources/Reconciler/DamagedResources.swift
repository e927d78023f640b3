import Documents
import HashTreeCollections
import StateRepo

/// What the head has of which an object cannot be read, so that nobody takes it for absent.
struct DamagedResources {
    private let findings: [(path: String, finding: Diagnostic)]

    init(_ head: StateTree) {
        findings = head.strays.filter { $0.value.code == Diagnostic.damageCode }.compactMap { stray in
            stray.key.text.map { ($0, stray.value) }
        }
    }

    /// - Throws: `storage.object_damaged` for an edit that starts from what cannot be read; a damaged file may be put anew.
    func check(_ changes: ChangeSet) throws(StateError) {
        guard !findings.isEmpty else { return }
        for edit in changes.edits {
            let place = edit.operation.place
            let hit = findings.first { path, _ in
                let isFile = Layout.role(of: path) != nil
                let isNear = Self.isWithin(place, path) || Self.isWithin(path, place)
                return isNear && !(isFile && edit.operation.isWhole)
            }
            guard let hit else { continue }
            throw StateError(.objectDamaged, hit.finding.message, details: ["file": .string(hit.path)])
        }
    }

    private static func isWithin(_ path: String, _ folder: String) -> Bool {
        path.hasSameBytes(as: folder) || path.utf8.starts(with: "\(folder)/".utf8)
    }
}

extension ResourceEdit.Operation {
    /// The file or the folder that the edit is about.
    fileprivate var place: String {
        switch self {
        case .createAgent(let id, _), .replaceAgent(let id, _), .patchAgent(let id, _), .deleteAgent(let id),
            .publish(let id, _, _), .activate(let id, _), .putDocument(let id, _, _), .patchDocument(let id, _, _),
            .deleteDocument(let id, _):
            Layout.agentFolder(id)
        case .putSkill(let id, _), .patchSkill(let id, _), .deleteSkill(let id): "skills/\(id)"
        case .putRelease(let id, _), .patchRelease(let id, _), .deleteRelease(let id): "state/releases/\(id).json"
        case .patchSettings: "state/system-settings.json"
        case .putMetadata(let document, _), .patchMetadata(let document, _), .deleteMetadata(let document):
            switch document {
            case .provider(let id): "state/providers/\(id).json"
            case .connectionDefault(let key): "state/connections/defaults/\(key).json"
            }
        }
    }

    /// Whether it says all that the file will be.
    fileprivate var isWhole: Bool {
        switch self {
        case .replaceAgent, .putDocument, .putSkill, .putRelease, .putMetadata: true
        case .createAgent, .patchAgent, .deleteAgent, .patchDocument, .deleteDocument, .patchSettings, .patchSkill,
            .deleteSkill, .publish, .activate, .patchRelease, .deleteRelease, .patchMetadata, .deleteMetadata:
            false
        }
    }
}
