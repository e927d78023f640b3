import Documents
import HashTreeCollections

extension ChangePlanner {
    /// The deletions that leave a name behind which somebody still uses, in drafts or in definitions that releases
    /// pin.
    ///
    /// It is asked when all edits are made: a list may delete something before it deletes or changes what names it.
    func usedDeletions() -> [Proposal.Refusal] {
        deletions.compactMap { deletion in
            refusal(of: deletion.resource).map { Proposal.Refusal(index: deletion.index, error: $0) }
        }
    }

    private func refusal(of resource: ResourceName) -> StateError? {
        let tree = draft.tree
        switch resource {
        case .agent(let id) where tree.agents[id] == nil:
            let uses = tree.uses(of: .agent, named: id.description, exceptIn: id)
            return uses.isEmpty ? nil : StateError.inUse(.agentInUse, resource, uses)
        case .skill(let id) where tree.skills[id] == nil:
            let uses = tree.uses(of: .skill, named: id.description).filter { $0.resource != resource }
            return uses.isEmpty ? nil : StateError.inUse(.skillInUse, resource, uses)
        case .agent, .skill, .document, .release, .provider, .connectionDefault, .systemSettings: return nil
        }
    }
}
