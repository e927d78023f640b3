import Catalogue
import HashTreeCollections
import Providers
import StateRepo

extension ConnectionServices {
    /// A connection as the state and the secrets have it; `nil` when the state has none that can be read.
    func values(of document: MetadataDocument, in snapshot: StateSnapshot) async throws -> ConnectionValues? {
        let kept = try await credentials.secrets(of: document)
        return Self.values(of: document, in: snapshot, catalogue, kept)
    }

    private static func values(
        of document: MetadataDocument,
        in snapshot: StateSnapshot,
        _ catalogue: Catalogue,
        _ kept: ConnectionSecrets
    ) -> ConnectionValues? {
        switch document {
        case .provider(let id):
            guard let entry = catalogue.provider(id.description), let facts = snapshot.serving.providers[id]?.facts
            else { return nil }
            var secrets = ConnectionSecrets.none
            if let name = facts.secret, let field = entry.secretField, let value = kept.values[name] {
                secrets = ConnectionSecrets(values: [field.name: value], origin: kept.origin)
            }
            return ConnectionValues(
                entry.connection,
                authMode: facts.authMode,
                plain: entry.plainValues(facts.baseURL),
                secrets: secrets
            )
        case .connectionDefault(let key):
            guard let entry = catalogue.integration(key.description),
                let facts = snapshot.serving.connections[key]?.facts
            else { return nil }
            let named = kept.values.filter { facts.secrets.contains($0.key) }
            return ConnectionValues(
                entry.connection,
                authMode: facts.authMode,
                plain: facts.fields,
                secrets: ConnectionSecrets(values: named, origin: kept.origin)
            )
        }
    }
}
