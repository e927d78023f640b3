import Documents
import HashTreeCollections

extension StateTree {
    /// Every place that names a secret, by its name; one pass over the state.
    package func secretUses() -> [String: [ReferenceUse]] {
        var uses: [String: [ReferenceUse]] = [:]
        for id in agentIDs { uses.merge(secretUses(by: id)) { $0 + $1 } }
        for (id, provider) in providers {
            add(provider.facts?.references, .provider(id), provider.file.path, to: &uses)
        }
        for (key, connection) in connections {
            add(connection.facts?.references, .connectionDefault(key), connection.file.path, to: &uses)
        }
        return uses
    }

    /// Every place in the draft and the published definition of an agent that names a secret.
    package func secretUses(by id: AgentID) -> [String: [ReferenceUse]] {
        var uses: [String: [ReferenceUse]] = [:]
        add(agents[id]?.facts?.references, .agent(id), "\(Layout.agentFolder(id))/agent.json", to: &uses)
        guard let pinned = releases[id]?.pinned, pinned.tree != agents[id]?.tree else { return uses }
        add(pinned.facts?.references, .agent(id), "state/releases/\(id).json", isPublished: true, to: &uses)
        return uses
    }

    private func add(
        _ references: [Reference]?,
        _ resource: ResourceName,
        _ file: String,
        isPublished: Bool = false,
        to uses: inout [String: [ReferenceUse]]
    ) {
        for reference in references ?? [] where reference.target == .secret {
            let use = ReferenceUse(
                resource: resource,
                file: file,
                pointer: reference.pointer,
                isPublished: isPublished
            )
            uses[reference.name, default: []].append(use)
        }
    }
}
