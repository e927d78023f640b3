import Documents
import HashTreeCollections

/// What a changed release file may say (contract, section 3); the same at every door.
struct ReleaseRules {
    /// The most numbers that a release may leave out.
    static let maximumGap = 1_000

    let ledger: ReleaseLedger
    /// Definitions that the agent's folder has in commits which the change brings in, besides the new tree.
    let introduced: [AgentID: Set<TreeID>]

    /// What is wrong with the step from `old` to `new` for one agent's release file.
    func diagnostics(_ id: AgentID, old: StateTree, new: StateTree) -> [Diagnostic] {
        guard let release = new.releases[id], let facts = release.facts else { return [] }
        let previous = old.releases[id]?.facts
        guard previous != facts else { return [] }
        let file = release.document.file
        if new.agents[id]?.definition == nil {
            return [refused("release.agent_missing", file, "/definition", "there is no agent \"\(id)\"")]
        }
        if let entry = ledger.entry(of: id, version: facts.version) {
            guard entry.definition != facts.definition else { return pinned(release, file) }
            return [reused(facts.version, id, file)]
        }
        if previous?.version == facts.version, previous?.definition == facts.definition { return pinned(release, file) }
        if previous?.version == facts.version { return [reused(facts.version, id, file)] }
        let highest = max(ledger.highestVersion(of: id), previous?.version ?? 0)
        guard facts.version > highest, facts.version <= highest + Self.maximumGap + 1 else {
            let message =
                "version \(facts.version) is not above \(highest), the highest ever, or leaves too large a gap"
            return [refused("release.version", file, "/version", message, hint: remedy(id, highest + 1))]
        }
        return isKnown(facts.definition, id, new) ? pinned(release, file) : [unknown(facts.definition, id, file)]
    }

    private func isKnown(_ definition: TreeID, _ id: AgentID, _ new: StateTree) -> Bool {
        new.agents[id]?.tree == definition || introduced[id]?.contains(definition) == true
            || ledger.entries(of: id).contains { $0.definition == definition }
    }

    private func pinned(_ release: Release, _ file: StateFile) -> [Diagnostic] {
        guard release.pinned == nil else { return [] }
        return [refused("release.definition", file, "/definition", "git has no definition of that name")]
    }

    private func reused(_ version: Int, _ id: AgentID, _ file: StateFile) -> Diagnostic {
        let message = "version \(version) already names another definition, for ever"
        let next = ledger.highestVersion(of: id) + 1
        return refused("release.version", file, "/version", message, hint: remedy(id, next))
    }

    private func unknown(_ definition: TreeID, _ id: AgentID, _ file: StateFile) -> Diagnostic {
        let message = "\(definition) is neither the definition in the agent's folder nor one that was ever published"
        let next = ledger.highestVersion(of: id) + 1
        return refused("release.definition", file, "/definition", message, hint: remedy(id, next))
    }

    private func remedy(_ id: AgentID, _ version: Int) -> String {
        "run gitplane release \(id) --version \(version), then commit"
    }

    private func refused(
        _ code: String,
        _ file: StateFile,
        _ pointer: String,
        _ message: String,
        hint: String? = nil
    ) -> Diagnostic {
        let pointer = JSONPointer(pointer) ?? .root
        return Diagnostic(
            .error,
            code,
            file: file.path,
            pointer: pointer,
            position: file.position(of: pointer),
            message,
            hint: hint
        )
    }
}
