import Catalogue
import Documents
import Foundation
import HashTreeCollections
import Providers
import StateRepo

/// The default connection of an integration as reads show it.
struct ConnectionBody: Sendable {
    let tag: EntityTag
    let json: JSONObject

    /// `nil` when there is no default connection, or no version of it that can be read.
    ///
    /// - Parameter marks: of the secret fields; `nil` when they are not shown, for a point in the past.
    init?(
        _ key: ConnectionKey,
        _ entry: CatalogueIntegration,
        in snapshot: StateSnapshot,
        marks: [String: CredentialMark]?
    ) {
        guard let facts = snapshot.serving.connections[key]?.facts else { return nil }
        let kept = (marks ?? [:]).filter { facts.secrets.contains($0.key) }
        let missing = entry.connection.fields(in: facts.authMode).filter { field in
            guard field.isRequired else { return false }
            if field.isSecret {
                return marks.map { $0[field.name] == nil || !facts.secrets.contains(field.name) } ?? false
            }
            return facts.fields[field.name] == nil && field.defaultValue == nil
        }
        var json: JSONObject = ["connection_key": .string(key.description), "title": .string(entry.title)]
        json["status"] = missing.isEmpty ? "configured" : "not_configured"
        json["auth_mode"] = .string(facts.authMode)
        let plain = facts.fields.sorted { $0.key < $1.key }
        json["fields"] = .object(JSONObject(plain.map { ($0.key, JSONValue.string($0.value)) }))
        if marks != nil {
            json["secrets"] = .array(
                kept.sorted { $0.key < $1.key }.map { name, mark in
                    var secret: JSONObject = ["name": .string(name)]
                    for member in mark.json { secret[member.key] = member.value }
                    return .object(secret)
                }
            )
        }
        json["missing"] = .array(missing.map { .string($0.name) })
        json["origin"] = entry.connection.origin(authMode: facts.authMode, plain: facts.fields).map(JSONValue.string)
        json.add(snapshot.lastChanges[.connectionDefault(key)])
        let tag = EntityTag.connection(.connectionDefault(key), in: snapshot, showing: marks ?? [:])
        json["etag"] = .string(tag.opaque)
        self.tag = tag
        self.json = json
    }
}
