import Documents

/// Turns a change set into new files (architecture, section 4, hop 7): pure apart from what `history` reads.
///
/// Planning applies preconditions and merges; whether the result may stand is admission's question.
package struct ChangePlanner {
    let context: PlanningContext
    let history: PlanningHistory
    var draft: TreeDraft
    var isMerged = false
    private var subjects: [String] = []

    private init(_ context: PlanningContext, _ history: PlanningHistory) {
        self.context = context
        self.history = history
        self.draft = TreeDraft(context.snapshot.head, decoder: context.rules.decoder)
    }

    /// Plans `changes` on the head of `context`.
    ///
    /// - Throws: ``StateError`` (`agent.not_found`, `agent.already_exists`, `state.precondition_failed`,
    ///   `state.conflict`, …), ``GitError`` when history cannot be read.
    package static func plan(
        _ changes: ChangeSet,
        on context: PlanningContext,
        _ history: PlanningHistory
    ) throws -> ChangePlan {
        var planner = ChangePlanner(context, history)
        for edit in changes.edits { try planner.apply(edit) }
        return planner.finish(changes.message)
    }

    /// Plans every edit that can be planned and says which could not, so that a proposal is answered in one go.
    ///
    /// - Throws: what reading history throws; nothing that a caller asked for makes it throw.
    package static func propose(
        _ changes: ChangeSet,
        on context: PlanningContext,
        _ history: PlanningHistory
    ) throws -> Proposal {
        var planner = ChangePlanner(context, history)
        var refusals: [Proposal.Refusal] = []
        for (index, edit) in changes.edits.enumerated() {
            do {
                try planner.apply(edit)
            } catch let error as StateError {
                refusals.append(Proposal.Refusal(index: index, error: error))
            }
        }
        return Proposal(plan: planner.finish(changes.message), refusals: refusals)
    }

    /// What a change list comes to, also when parts of it cannot be done.
    package struct Proposal: Sendable {
        /// Why one edit cannot be done.
        package struct Refusal: Sendable {
            /// Its place in the list, counted from 0.
            package let index: Int
            package let error: StateError
        }

        /// The plan of the edits that can be done.
        package let plan: ChangePlan
        package let refusals: [Refusal]
    }

    private mutating func apply(_ edit: ResourceEdit) throws {
        try check(edit)
        switch edit.operation {
        case .createAgent(let id, let content): try createAgent(id, content)
        case .replaceAgent(let id, let content): try replaceAgent(id, content, edit.precondition)
        case .patchAgent(let id, let patch): try patchAgent(id, patch, edit.precondition)
        case .deleteAgent(let id): try deleteAgent(id)
        case .putDocument(let id, let kind, let text): try putDocument(id, kind, text, edit.precondition)
        case .patchDocument(let id, let kind, let patch): try patchDocument(id, kind, patch, edit.precondition)
        case .deleteDocument(let id, let kind): try deleteDocument(id, kind)
        case .patchSettings(let patch): try patchSettings(patch, edit.precondition)
        case .putSkill(let id, let content): try putSkill(id, content, edit.precondition)
        case .patchSkill(let id, let patch): try patchSkill(id, patch, edit.precondition)
        case .deleteSkill(let id): try deleteSkill(id)
        case .publish(let id, let version, let activate): try publish(id, version: version, activate: activate)
        case .activate(let id, let active): try activate(id, active)
        case .putRelease(let id, let facts): try putRelease(id, facts)
        case .patchRelease(let id, let patch): try patchRelease(id, patch)
        case .deleteRelease(let id): try deleteRelease(id)
        }
        subjects.append(edit.operation.subject)
    }

    private func finish(_ message: String?) -> ChangePlan {
        let changes = draft.changes
        let differences = changes.map(\.difference)
        let subject = subjects.count == 1 ? subjects[0] : "state: change \(subjects.count) resources"
        return ChangePlan(
            tree: draft.tree,
            files: Dictionary(changes.map { ($0.path, $0.content) }) { first, _ in first },
            differences: differences,
            subject: CommitSubject.refine(subject, differences),
            message: message,
            isMerged: isMerged
        )
    }
}

extension ResourceEdit.Operation {
    /// The resource that preconditions are about.
    var resource: ResourceName {
        switch self {
        case .createAgent(let id, _), .replaceAgent(let id, _), .patchAgent(let id, _), .deleteAgent(let id),
            .publish(let id, _, _), .activate(let id, _):
            .agent(id)
        case .putDocument(let id, let kind, _), .patchDocument(let id, let kind, _), .deleteDocument(let id, let kind):
            .document(id, kind)
        case .patchSettings: .systemSettings
        case .putSkill(let id, _), .patchSkill(let id, _), .deleteSkill(let id): .skill(id)
        case .putRelease(let id, _), .patchRelease(let id, _), .deleteRelease(let id): .release(id)
        }
    }

    /// Whether the operation writes something that may exist, so that a settings-wide demand for `If-Match` or `base`
    /// applies; releases in a change list are judged by rules of their own.
    var needsVersion: Bool {
        switch self {
        case .replaceAgent, .patchAgent, .putDocument, .patchDocument, .patchSettings, .putSkill, .patchSkill,
            .deleteAgent, .deleteDocument, .deleteSkill, .publish, .activate:
            true
        case .createAgent, .putRelease, .patchRelease, .deleteRelease: false
        }
    }

    fileprivate var subject: String {
        switch self {
        case .createAgent: "\(resource): create"
        case .deleteAgent, .deleteSkill, .deleteDocument: "\(resource): delete"
        case .deleteRelease: "\(resource): unpublish"
        case .publish, .activate, .replaceAgent, .patchAgent, .putDocument, .patchDocument, .patchSettings,
            .putSkill, .patchSkill, .putRelease, .patchRelease:
            "\(resource)"
        }
    }
}
