package import StateRepo

/// Everything that is wrong with a state as a whole: broken files, entries out of place, references.
///
/// It looks at every document, so it is made on demand, by `GET /state` and `POST /state/validate`.
package struct StateReport: Sendable {
    /// At most this many findings are reported.
    package static let maximumDiagnostics = 1_000

    package let diagnostics: [Diagnostic]

    package var isValid: Bool { diagnostics.allSatisfy { $0.severity != .error } }

    package init(_ tree: StateTree, rules: StateRules, secrets: SecretInventory, ledger: ReleaseLedger) {
        let review = AdmissionReview(rules: rules, secrets: secrets, ledger: ledger)
        let verdict = review.review(from: .empty, to: tree, touched: tree.allPaths, by: nil)
        // Release rules judge steps, not states: what was admitted once is not judged again.
        let findings = verdict.diagnostics.filter { !$0.code.hasPrefix("release.version") }
        self.diagnostics = Array(findings.prefix(Self.maximumDiagnostics))
    }
}
