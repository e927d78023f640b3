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

    /// Whether an agent may use `name`: its own, else a grantable shared one.
    func has(_ name: String, for agent: AgentID) -> Bool {
        agents[agent]?.contains(name) == true || grantable.contains(name)
    }
}
