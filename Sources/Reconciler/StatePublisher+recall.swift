import Documents
package import StateRepo

extension StatePublisher {
    /// What became of a write that made a commit before, for its answer: plans it anew on the state before that commit.
    ///
    /// Planning is pure, so the outcome is the one of then.
    /// - Parameters:
    ///   - before: the state that the commit was made on.
    ///   - after: the state with the commit.
    package func recall(
        _ request: WriteRequest,
        before: StateSnapshot,
        after: StateSnapshot
    ) throws(StateError) -> WriteOutcome {
        do {
            let rules = configuration.rules
            let plan = try plan(
                request.changes,
                PlanningContext(snapshot: before, rules: rules, secrets: configuration.secrets())
            )
            let review = AdmissionReview(rules: rules, secrets: configuration.secrets(), ledger: before.ledger)
            let verdict = review.review(from: before.head, to: plan.tree, touched: plan.touched, by: request.principal)
            return WriteOutcome(snapshot: after, plan: plan, warnings: verdict.diagnostics)
        } catch {
            throw translate(error)
        }
    }
}
