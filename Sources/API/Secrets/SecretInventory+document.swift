import Catalogue
import Providers
import Secrets
import StateRepo

extension SecretInventory {
    /// The names of a document's secrets; those of agents that are gone are nobody's.
    ///
    /// - Parameter catalogue: says where connections lead; without it nothing is said of moved ones.
    init(_ document: SecretsDocument, _ catalogue: Catalogue? = nil) {
        var agents: [AgentID: Set<String>] = [:]
        var grantable: Set<String> = []
        var connections: [MetadataDocument: Set<String>] = [:]
        for (id, entry) in document.entries {
            let name = id.name.description
            switch id.scope {
            case .agent(let owner):
                if let agent = AgentID(owner) { agents[agent, default: []].insert(name) }
            case .global: if entry.isGrantable { grantable.insert(name) }
            case .provider(let owner):
                if let provider = ProviderID(owner) { connections[.provider(provider), default: []].insert(name) }
            case .connection(let owner):
                if let key = ConnectionKey(owner) { connections[.connectionDefault(key), default: []].insert(name) }
            }
        }
        let places = catalogue.map { Self.places(document, $0) } ?? [:]
        self.init(agents: agents, grantable: grantable, connections: connections, places: places)
    }

    /// Where the credentials of connections belong; values that were entered for different places are left out, because they
    /// go nowhere together in any case.
    private static func places(
        _ document: SecretsDocument,
        _ catalogue: Catalogue
    ) -> [MetadataDocument: CredentialPlace] {
        var origins: [MetadataDocument: Set<String?>] = [:]
        for (id, entry) in document.entries {
            guard let connection = MetadataDocument(id.scope) else { continue }
            origins[connection, default: []].insert(entry.origin)
        }
        return origins.reduce(into: [:]) { places, item in
            guard item.value.count == 1, let entered = item.value.first,
                let connection = catalogue.connection(of: item.key)
            else { return }
            places[item.key] = CredentialPlace(entered: entered) { connection.origin(authMode: $0, plain: $1) }
        }
    }
}

extension Catalogue {
    fileprivate func connection(of document: MetadataDocument) -> CatalogueConnection? {
        switch document {
        case .provider(let id): provider(id.description)?.connection
        case .connectionDefault(let key): integration(key.description)?.connection
        }
    }
}
