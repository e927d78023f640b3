/// The secrets of an agent that is gone: kept aside until they are let go, for the agent's return.
package struct SecretOrphan: Sendable {
    package let agent: String
    /// The tree that the agent's definition was when it went; only this very definition gets the secrets back.
    ///
    /// Empty when nobody knows it.
    package let definition: String
    /// When the agent went, in seconds since 1970.
    package let since: Int
    package let secrets: [SecretName: SecretEntry]
}

extension SecretsDocument {
    /// How many secrets there are, those that are kept aside among them.
    var totalCount: Int { entries.count + orphans.reduce(0) { $0 + $1.secrets.count } }

    /// Everything that the file holds, sorted, each id once.
    package var allIDs: [SecretID] {
        let aside = orphans.flatMap { orphan in
            orphan.secrets.keys.map { SecretID(.agent(orphan.agent), $0) }
        }
        return Set(aside).union(entries.keys).sorted()
    }

    /// The agents that have secrets; not those whose secrets are kept aside.
    package var agents: Set<String> {
        var agents: Set<String> = []
        for id in entries.keys { if case .agent(let owner) = id.scope { agents.insert(owner) } }
        return agents
    }

    /// Keeps the secrets of an agent that went aside.
    ///
    /// - Returns: which they were.
    @discardableResult
    package mutating func orphan(_ agent: String, definition: String, since time: Int) -> [SecretName] {
        var secrets: [SecretName: SecretEntry] = [:]
        for id in entries.keys where id.scope == .agent(agent) { secrets[id.name] = entries.removeValue(forKey: id) }
        guard !secrets.isEmpty else { return [] }
        orphans.append(SecretOrphan(agent: agent, definition: definition, since: time, secrets: secrets))
        return Array(secrets.keys)
    }

    /// Gives an agent that came back the secrets that were its own: those that were kept last for that definition.
    ///
    /// - Parameter time: those of agents that went until then, in seconds since 1970, are lost.
    /// - Returns: which they were.
    @discardableResult
    package mutating func adopt(_ agent: String, definition: String, leftAfter time: Int) -> [SecretName] {
        let index = orphans.lastIndex { orphan in
            orphan.agent == agent && orphan.since > time && !definition.isEmpty && orphan.definition == definition
        }
        guard let index else { return [] }
        let orphan = orphans.remove(at: index)
        for (name, entry) in orphan.secrets { entries[SecretID(.agent(agent), name)] = entry }
        return Array(orphan.secrets.keys)
    }

    /// Whether there are secrets of agents that went until then, in seconds since 1970.
    package func hasOrphans(until time: Int) -> Bool { orphans.contains { $0.since <= time } }

    /// Lets go of the secrets of agents that went until then, and returns what they were.
    @discardableResult
    package mutating func forgetOrphans(until time: Int) -> [SecretOrphan] {
        let forgotten = orphans.filter { $0.since <= time }
        orphans.removeAll { $0.since <= time }
        return forgotten
    }
}
