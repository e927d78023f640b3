import Documents
import Foundation
import Secrets
import StateRepo

/// What answers show of a secret: everything but the value.
struct SecretBody: Sendable {
    let tag: EntityTag
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
        tag = EntityTag(entry)
        json["etag"] = .string(tag.opaque)
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

/// What an agent has and refers to.
struct AgentSecrets: Sendable {
    /// How many an answer about the agent itself shows.
    static let maximumListed = 200

    /// Sorted; also those that its definitions name and that do not exist.
    let names: [String]
    private let scope: SecretScope
    private let document: SecretsDocument
    private let uses: [String: [ReferenceUse]]

    init(_ id: AgentID, _ document: SecretsDocument, in snapshot: StateSnapshot) {
        let scope = SecretScope.agent(id.description)
        let uses = snapshot.serving.secretUses(by: id)
        let own = document.entries.keys.filter { $0.scope == scope }
        let global = SecretInventory(document).grantable
        self.names = Set(own.map(\.name.description) + uses.keys.filter { !global.contains($0) }).sorted()
        self.scope = scope
        self.document = document
        self.uses = uses
    }

    func item(_ name: String) -> JSONValue { SecretBody.item(name, scope, document, uses[name] ?? []) }
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
