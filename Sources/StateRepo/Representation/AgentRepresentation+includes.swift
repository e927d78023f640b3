package import Documents
import HashTreeCollections

/// What bodies show only when asked for; all of it comes from the tree, so it is answered for any revision.
extension AgentRepresentation {
    /// Every place that refers to the agent, in drafts and in published definitions.
    package func usedBy(in snapshot: StateSnapshot) -> JSONValue {
        let id = folder.id
        return .array(snapshot.serving.uses(of: .agent, named: id.description, exceptIn: id).map(\.json))
    }

    /// Findings about the definition that is shown; of a draft also those that keep its newest version from being served.
    package func diagnostics(
        in snapshot: StateSnapshot,
        _ rules: StateRules,
        _ secrets: SecretInventory
    ) -> JSONValue {
        let isDraft = snapshot.serving.agents[folder.id]?.tree == folder.tree
        let own = isDraft ? snapshot.head.agents[folder.id]?.diagnostics : folder.diagnostics
        let review = ReferenceReview(tree: snapshot.serving, rules: rules, secrets: secrets)
        return .array(((own ?? []) + review.diagnostics(of: folder)).map(\.json))
    }
}
