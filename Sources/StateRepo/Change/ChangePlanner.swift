import Documents

/// Turns a change set into new files (architecture, section 4, hop 7): pure apart from what `history` reads.
///
/// Planning applies preconditions and merges; whether the result may stand is admission's question.
package struct ChangePlanner {
    let context: PlanningContext
    let history: PlanningHistory
    var draft: TreeDraft
    var isMerged = false
    /// Deletions that nobody may be left to miss, by their place in the list.
    var deletions: [(index: Int, resource: ResourceName)] = []
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
        for (index, edit) in changes.edits.enumerated() { try planner.apply(edit, at: index) }
        if let refusal = planner.usedDeletions().first { throw refusal.error }
        try planner.merge(changes.files)
        return planner.finish(changes)
    }

    /// Plans every edit that can be planned and says which could not, so that a proposal is answered in one go.
    ///
    /// - Throws: what reading history throws; nothing that a caller asked for makes it throw.
    package static func propose(
        _ changes: ChangeSet,
        on context: PlanningContext,
        _ history: PlanningHistory
    ) throws -> Proposal {
        let proposal = try propose(changes, on: context, history, leavingOut: [])
        let used = proposal.planner.usedDeletions()
        guard !used.isEmpty else { return proposal.planner.proposal(changes, proposal.refusals) }
        // What is still named stays, so that nothing is said about it twice.
        let rest = try propose(changes, on: context, history, leavingOut: Set(used.map(\.index)))
        let refusals = (rest.refusals + used).sorted { $0.index < $1.index }
        return rest.planner.proposal(changes, refusals)
    }

    private static func propose(
        _ changes: ChangeSet,
        on context: PlanningContext,
        _ history: PlanningHistory,
        leavingOut excluded: Set<Int>
    ) throws -> (planner: ChangePlanner, refusals: [Proposal.Refusal]) {
        var planner = ChangePlanner(context, history)
        var refusals: [Proposal.Refusal] = []
        for (index, edit) in changes.edits.enumerated() where !excluded.contains(index) {
            do {
                try planner.apply(edit, at: index)
            } catch let error as StateError {
                refusals.append(Proposal.Refusal(index: index, error: error))
            }
        }
        return (planner, refusals)
    }

    private func proposal(_ changes: ChangeSet, _ refusals: [Proposal.Refusal]) -> Proposal {
        Proposal(plan: finish(changes), refusals: refusals)
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

    private mutating func apply(_ edit: ResourceEdit, at index: Int) throws {
        try check(edit)
        switch edit.operation {
        case .createAgent(let id, let content): try createAgent(id, content)
        case .replaceAgent(let id, let content): try replaceAgent(id, content, edit.precondition)
        case .patchAgent(let id, let patch): try patchAgent(id, patch, edit.precondition)
        case .deleteAgent(let id):
            try deleteAgent(id)
            deletions.append((index, .agent(id)))
        case .putDocument(let id, let kind, let text): try putDocument(id, kind, text, edit.precondition)
        case .patchDocument(let id, let kind, let patch): try patchDocument(id, kind, patch, edit.precondition)
        case .deleteDocument(let id, let kind): try deleteDocument(id, kind)
        case .patchSettings(let patch): try patchSettings(patch, edit.precondition)
        case .putSkill(let id, let content): try putSkill(id, content, edit.precondition)
        case .patchSkill(let id, let patch): try patchSkill(id, patch, edit.precondition)
        case .deleteSkill(let id):
            try deleteSkill(id)
            deletions.append((index, .skill(id)))
        case .publish(let id, let version, let activate): try publish(id, version: version, activate: activate)
        case .activate(let id, let active): try activate(id, active)
        case .putRelease(let id, let facts): try putRelease(id, facts)
        case .patchRelease(let id, let patch): try patchRelease(id, patch)
        case .deleteRelease(let id): try deleteRelease(id)
        case .putMetadata(let document, let object): try putMetadata(document, object, edit.precondition)
        case .patchMetadata(let document, let patch): try patchMetadata(document, patch, edit.precondition)
        case .deleteMetadata(let document): try deleteMetadata(document)
        }
        subjects.append(edit.operation.subject)
    }

    private func finish(_ set: ChangeSet) -> ChangePlan {
        let changes = draft.changes
        let differences = changes.map(\.difference)
        let subject = subjects.count == 1 ? subjects[0] : "state: change \(subjects.count) resources"
        return ChangePlan(
            tree: draft.tree,
            files: Dictionary(changes.map { ($0.path, $0.content) }) { first, _ in first },
            differences: differences,
            subject: set.subject.map(CommitSubject.shortened) ?? CommitSubject.refine(subject, differences),
            message: set.message,
            isMerged: isMerged
        )
    }
}
