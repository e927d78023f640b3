import StateRepo

/// What `gitplane validate` prints and how it ends.
struct ValidationReport {
    /// One line for each finding.
    let lines: [String]
    /// What the lines do not cover, and how many there are.
    let notes: [String]
    let isValid: Bool

    init(_ source: StateSource, rules: StateRules) {
        let review = TreeReview(rules: rules, ledger: source.ledger)
        let diagnostics = review.diagnostics(of: source.tree, paths: source.paths)
        let errors = diagnostics.count { $0.severity == .error }
        lines = diagnostics.map(\.description)
        isValid = errors == 0
        var notes: [String] = []
        if source.ledger == nil, !source.tree.releases.isEmpty {
            notes.append(
                "note: the rules of releases were not checked, because the ledger is not here "
                    + "(git fetch origin refs/gitplane/releases:refs/gitplane/releases)"
            )
        }
        let verdict = isValid ? "valid" : "not valid"
        notes.append("\(verdict): \(source.paths.count) files, errors: \(errors), warnings: \(lines.count - errors)")
        self.notes = notes
    }
}
