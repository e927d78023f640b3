import Documents
package import StateRepo

/// What the gate would say of a change list that nobody has asked to be written.
package struct ProposalReport: Sendable {
    /// What the list was judged on.
    package let snapshot: StateSnapshot
    /// Edits that cannot be made first, in the order of the list; then what admission finds.
    package let diagnostics: [Diagnostic]

    package var isValid: Bool { diagnostics.allSatisfy { $0.severity != .error } }

    init(
        _ changes: ChangeSet,
        on snapshot: StateSnapshot,
        _ rules: StateRules,
        in repository: borrowing GitRepository
    ) throws {
        let context = PlanningContext(snapshot: snapshot, rules: rules, secrets: .empty)
        let proposal = try Self.plan(changes, context, in: repository)
        let review = AdmissionReview(rules: rules, secrets: .empty, ledger: snapshot.ledger)
        let plan = proposal.plan
        let verdict = review.review(from: snapshot.head, to: plan.tree, touched: plan.touched, by: nil)
        let findings = proposal.refusals.flatMap(Self.diagnostics) + verdict.diagnostics
        self.snapshot = snapshot
        self.diagnostics = Array(findings.prefix(StateReport.maximumDiagnostics))
    }

    private static func plan(
        _ changes: ChangeSet,
        _ context: PlanningContext,
        in repository: borrowing GitRepository
    ) throws -> ChangePlanner.Proposal {
        try plan(changes, context) { tree, id in
            try StateLoader.definition(tree, of: id, in: repository)
        } files: { path, revision in
            guard repository.contains(revision) else { return nil }
            return try StateLoader.files(at: path, in: repository.readCommit(revision).tree, of: repository)
        }
    }

    /// Lends two closures to a plan, which keeps neither: both are gone when it is made.
    private static func plan(
        _ changes: ChangeSet,
        _ context: PlanningContext,
        definition: (TreeID, AgentID) throws -> [StateFile]?,
        files: (String, CommitID) throws -> [StateFile]?
    ) throws -> ChangePlanner.Proposal {
        try withoutActuallyEscaping(definition) { definition in
            try withoutActuallyEscaping(files) { files in
                try ChangePlanner.propose(changes, on: context, PlanningHistory(definition: definition, files: files))
            }
        }
    }

    /// Findings about a place in the request are told with the place of the edit, findings about files as they are.
    private static func diagnostics(_ refusal: ChangePlanner.Proposal.Refusal) -> [Diagnostic] {
        let place = JSONPointer(tokens: ["changes", String(refusal.index)])
        let error = refusal.error
        guard !error.diagnostics.isEmpty else {
            return [Diagnostic(.error, error.code.rawValue, file: "", pointer: place, error.message)]
        }
        return error.diagnostics.map { finding in
            guard finding.file.isEmpty else { return finding }
            let inner = finding.pointer?.tokens ?? []
            return Diagnostic(
                finding.severity,
                finding.code,
                file: "",
                pointer: JSONPointer(tokens: place.tokens + ["value"] + inner),
                finding.message,
                hint: finding.hint
            )
        }
    }
}
