import HashTreeCollections
import Reconciler
import StateRepo

extension AgentHandlers {
    /// The version that a read asks for: the draft, what is published, or a number of the ledger.
    ///
    /// - Throws: `agent.not_found`; `agent.version_not_found` for what is not published, or never was.
    func representation(
        _ request: OperationRequest,
        _ id: AgentID,
        _ view: StateView
    ) async throws -> AgentRepresentation {
        let snapshot = view.snapshot
        guard let draft = AgentRepresentation(draftOf: id, in: snapshot) else { throw StateError.notFound(.agent(id)) }
        switch request.query.text("version") ?? request.query.integer("version").map(String.init) ?? "draft" {
        case "draft": return draft
        case "published":
            guard let pinned = snapshot.serving.releases[id]?.pinned else {
                throw StateError.noVersion("published", of: id)
            }
            return AgentRepresentation(pinned, id, in: snapshot)
        case let text:
            guard let number = Int(text), let entry = snapshot.ledger.entry(of: id, version: number) else {
                throw StateError.noVersion(text, of: id)
            }
            let known = [draft.folder, snapshot.serving.releases[id]?.pinned].compactMap { $0 }
            if let folder = known.first(where: { $0.tree == entry.definition }) {
                return AgentRepresentation(folder, id, in: snapshot)
            }
            guard let folder = try await services.archive.definition(entry.definition, of: id) else {
                throw StateError.noVersion(text, of: id)
            }
            return AgentRepresentation(folder, id, in: snapshot)
        }
    }
}

extension StateError {
    static func noVersion(_ version: String, of id: AgentID) -> StateError {
        let words = version == "published" ? "is not published" : "has no version \(version.prefix(20))"
        return StateError(.agentVersionNotFound, "the agent \"\(id)\" \(words)")
    }
}
