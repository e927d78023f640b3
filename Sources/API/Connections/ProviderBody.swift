import Catalogue
import Documents
import Foundation
import HashTreeCollections
import Providers
import StateRepo

/// A provider's connection as reads show it.
struct ProviderBody: Sendable {
    let id: ProviderID
    let tag: EntityTag
    let json: JSONObject
    let showsCredential: Bool

    /// - Parameters:
    ///   - marks: of the credential; `nil` when it is not shown: for a point in the past, and while secrets are sealed.
    init(
        _ id: ProviderID,
        _ entry: CatalogueProvider,
        in snapshot: StateSnapshot,
        marks: [String: CredentialMark]?
    ) {
        let facts = snapshot.serving.providers[id]?.facts
        let mark = facts?.secret.flatMap { marks?[$0] }
        let isConfigured = facts.map { $0.secret == nil || mark != nil || marks == nil } ?? false
        var json: JSONObject = ["id": .string(id.description), "title": .string(entry.title)]
        json["status"] = isConfigured ? "configured" : "not_configured"
        if let facts {
            json["auth_mode"] = .string(facts.authMode)
            json["base_url"] = facts.baseURL.map(JSONValue.string)
            let origin = entry.connection.origin(authMode: facts.authMode, plain: entry.plainValues(facts.baseURL))
            json["origin"] = origin.map(JSONValue.string)
        }
        json["credential"] = mark.map { .object($0.json) }
        json.add(snapshot.lastChanges[.provider(id)])
        let tag = EntityTag.connection(.provider(id), in: snapshot, showing: mark.map { ["credential": $0] } ?? [:])
        json["etag"] = .string(tag.opaque)
        self.id = id
        self.showsCredential = marks != nil
        self.tag = tag
        self.json = json
    }
}

extension CatalogueProvider {
    var secretField: CatalogueField? { connection.fields.first(where: \.isSecret) }
}

extension CredentialMark {
    var json: JSONObject {
        [
            "version": JSONValue(version), "updated_at": .string(Timestamp.text(updatedAt)),
            "updated_by": .string(updatedBy),
        ]
    }
}

extension EntityTag {
    /// The tag of a connection: of its document, and of the versions of its secret fields.
    static func connection(
        _ document: MetadataDocument,
        in snapshot: StateSnapshot,
        showing marks: [String: CredentialMark]
    ) -> EntityTag {
        let versions = marks.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.version)" }
        return EntityTag(ResourceTag(connection: document, showing: versions, in: snapshot))
    }
}
