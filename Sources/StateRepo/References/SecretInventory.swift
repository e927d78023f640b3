/// The names of the secrets that exist; never a value.
package struct SecretInventory: Sendable {
    /// Names that belong to one agent.
    package let agents: [AgentID: Set<String>]
    /// Names that are shared and that agents may be granted.
    package let grantable: Set<String>
    /// Every shared name, also those that only providers and connections use.
    package let shared: Set<String>

    package init(agents: [AgentID: Set<String>] = [:], grantable: Set<String> = [], shared: Set<String> = []) {
        self.agents = agents
        self.grantable = grantable
        self.shared = shared
    }

    /// No secret exists.
    package static let empty = SecretInventory()

    /// The names that an agent may use: its own and the grantable shared ones.
    func names(for agent: AgentID) -> Set<String> { grantable.union(agents[agent] ?? []) }
}
