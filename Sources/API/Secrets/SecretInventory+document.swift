import Providers
import Secrets
import StateRepo

extension SecretInventory {
    /// The names of a document's secrets; those of agents that are gone are nobody's.
    init(_ document: SecretsDocument) {
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
        self.init(agents: agents, grantable: grantable, connections: connections)
    }
}
