import Documents
import HashTreeCollections
import StateRepo

/// What an agent's body shows only when asked for by `?include=`.
struct AgentExtras: Sendable {
    let services: StateServices

    /// Adds `included` to `body`; all of it comes from the tree and is answered for any revision.
    func add(_ included: [String], to body: inout JSONObject, _ agent: AgentRepresentation, _ view: StateView) {
        let id = agent.folder.id
        let serving = view.snapshot.serving
        if included.contains("used_by") {
            let uses = serving.uses(of: .agent, named: id.description, exceptIn: id)
            body["used_by"] = .array(uses.map(\.json))
        }
        if included.contains("diagnostics") {
            let review = ReferenceReview(tree: serving, rules: services.rules, secrets: .empty)
            let own = view.snapshot.head.agents[id]?.diagnostics ?? []
            body["diagnostics"] = .array((own + review.diagnostics(of: agent.folder)).map(\.json))
        }
    }
}
