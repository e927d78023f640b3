import Secrets
import StateRepo

extension SecretInventory {
    /// The names of a document's secrets; those of agents that are gone are nobody's.
    init(_ document: SecretsDocument) {
        var agents: [AgentID: Set<String>] = [:]
        var (grantable, shared): (Set<String>, Set<String>) = ([], [])
        for (id, entry) in document.entries {
            let name = id.name.description
            switch id.scope {
            case .agent(let owner):
                guard document.orphans[owner] == nil, let agent = AgentID(owner) else { continue }
                agents[agent, default: []].insert(name)
            case .global:
                shared.insert(name)
                if entry.isGrantable { grantable.insert(name) }
            case .provider, .connection: shared.insert(name)
            }
        }
        self.init(agents: agents, grantable: grantable, shared: shared)
    }
}
