import Documents
import Foundation
import Secrets
import StateRepo

/// What answers show of a secret: everything but the value.
struct SecretBody: Sendable {
    let json: JSONObject

    init(_ id: SecretID, _ entry: SecretEntry, _ document: SecretsDocument) {
        var json: JSONObject = [
            "key": .string(id.name.description), "scope": .string(id.scope.word),
            "fingerprint": .string(document.fingerprint(of: entry.value)), "version": JSONValue(entry.version),
        ]
        if case .global = id.scope { json["grantable"] = .bool(entry.isGrantable) }
        let time = Date(timeIntervalSince1970: TimeInterval(entry.updatedAt))
        json["updated_at"] = .string(Timestamp.text(time))
        json["updated_by"] = .string(entry.updatedBy)
        self.json = json
    }

    /// An item of a list: a secret, or what is referred to and does not exist.
    static func item(
        _ name: String,
        _ scope: SecretScope,
        _ document: SecretsDocument,
        _ uses: [ReferenceUse]
    ) -> JSONValue {
        let id = SecretName(name).map { SecretID(scope, $0) }
        var json: JSONObject
        if let id, let entry = document.entries[id] {
            json = SecretBody(id, entry, document).json
        } else {
            json = ["key": .string(name), "scope": .string(scope.word), "missing": true]
        }
        json["required_by"] = .array(uses.prefix(ReferenceUse.maximumListed).map(\.json))
        return .object(json)
    }
}

extension SecretScope {
    /// What answers call the scope.
    var word: String {
        switch self {
        case .agent: "agent"
        case .global: "global"
        case .provider: "provider"
        case .connection: "connection"
        }
    }
}
