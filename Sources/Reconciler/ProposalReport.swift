import Documents
package import StateRepo

/// What the gate would say of a change list that nobody has asked to be written.
package struct ProposalReport: Sendable {
    /// What the list was judged on.
    package let snapshot: StateSnapshot
    /// Edits that cannot be made first, in the order of the list; then what admission finds.
    package let diagnostics: [Diagnostic]

    /// The failure of the first edit that cannot be made, with the whole report; `nil` when all can.
    let refusal: StateError?

    package var isValid: Bool { diagnostics.allSatisfy { $0.severity != .error } }

    init(
        _ changes: ChangeSet,
        on snapshot: StateSnapshot,
        _ rules: StateRules,
        _ secrets: SecretInventory,
        in repository: borrowing GitRepository
    ) throws {
        let context = PlanningContext(snapshot: snapshot, rules: rules, secrets: secrets)
        self.init(try Self.plan(changes, context, in: repository), context)
    }

    init(_ proposal: ChangePlanner.Proposal, _ context: PlanningContext) {
        let snapshot = context.snapshot
        let review = AdmissionReview(rules: context.rules, secrets: context.secrets, ledger: snapshot.ledger)
        let plan = proposal.plan
        let verdict = review.review(
            from: snapshot.head,
            to: plan.tree,
            touched: plan.touched,
            unread: plan.unread,
            message: plan.message,
            by: nil
        )
        let findings = proposal.refusals.flatMap(Self.diagnostics) + verdict.diagnostics
        let diagnostics = Array(findings.prefix(StateReport.maximumDiagnostics))
        self.snapshot = snapshot
        self.diagnostics = diagnostics
        self.refusal = proposal.refusals.first.map { Self.error($0, diagnostics) }
    }

    /// What one edit was refused for, with the place of the edit and the findings about all the others.
    private static func error(_ refusal: ChangePlanner.Proposal.Refusal, _ report: [Diagnostic]) -> StateError {
        let error = refusal.error
        let message = "changes/\(refusal.index): \(error.message)"
        guard error.diagnostics.isEmpty else { return StateError(error.code, message, diagnostics: report) }
        var details = error.details ?? [:]
        details["pointer"] = .string(place(of: refusal).description)
        details["diagnostics"] = .array(report.map(\.json))
        return StateError(error.code, message, details: details)
    }

    private static func place(of refusal: ChangePlanner.Proposal.Refusal) -> JSONPointer {
        JSONPointer(tokens: ["changes", String(refusal.index)])
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
        } entry: { path, revision in
            try FileVersions.Version(at: path, of: revision, in: repository)
        }
    }

    /// Lends closures to a plan, which keeps none of them: all are gone when it is made.
    private static func plan(
        _ changes: ChangeSet,
        _ context: PlanningContext,
        definition: (TreeID, AgentID) throws -> [StateFile]?,
        files: (String, CommitID) throws -> [StateFile]?,
        entry: (EntryPath, CommitID) throws -> FileVersions.Version?
    ) throws -> ChangePlanner.Proposal {
        try withoutActuallyEscaping(definition) { definition in
            try withoutActuallyEscaping(files) { files in
                try withoutActuallyEscaping(entry) { entry in
                    let history = PlanningHistory(definition: definition, files: files, entry: entry)
                    return try ChangePlanner.propose(changes, on: context, history)
                }
            }
        }
    }

    /// Findings about a place in the request are told with the place of the edit, findings about files as they are.
    private static func diagnostics(_ refusal: ChangePlanner.Proposal.Refusal) -> [Diagnostic] {
        let place = place(of: refusal)
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
