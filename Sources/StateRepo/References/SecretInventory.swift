/// The names of the secrets that exist; never a value.
package struct SecretInventory: Sendable {
    /// Names that belong to one agent.
    package let agents: [AgentID: Set<String>]
    /// Names of the installation that agents may be granted.
    package let grantable: Set<String>
    /// Names of the secret fields that are kept for a connection.
    package let connections: [MetadataDocument: Set<String>]
    /// Where the secret fields of a connection may be sent; one that is not here is not asked about.
    let places: [MetadataDocument: CredentialPlace]

    package init(
        agents: [AgentID: Set<String>] = [:],
        grantable: Set<String> = [],
        connections: [MetadataDocument: Set<String>] = [:],
        places: [MetadataDocument: CredentialPlace] = [:]
    ) {
        self.agents = agents
        self.grantable = grantable
        self.connections = connections
        self.places = places
    }

    /// No secret exists.
    package static let empty = SecretInventory()

    /// The names that an agent may use: its own and the grantable ones of the installation.
    func names(for agent: AgentID) -> Set<String> { grantable.union(agents[agent] ?? []) }

    /// The names that a connection may use: its own.
    func names(for connection: MetadataDocument) -> Set<String> { connections[connection] ?? [] }
}
