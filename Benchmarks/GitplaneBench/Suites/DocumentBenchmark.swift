import Documents
import LocalStore
import Reconciler
import StateRepo

/// The pure parts that every write passes: reading one agent of 1.5 KB, and planning and judging a change among 10,000.
struct DocumentBenchmark: Benchmark {
    static let name = "documents"

    private static let rounds = 2_000
    private static let plans = 200

    func run(in folder: BenchFolder, progress: GroupProgress) async throws -> [Figure] {
        progress.step("among \(ColdStartBenchmark.agents) agents")
        let repository = try BenchRepository(creating: "documents.git", in: folder, agents: ColdStartBenchmark.agents)
        let state = try OpenState(repository, index: folder.path("documents.sqlite"), share: folder.share)
        let snapshot = try await state.publisher.reconcile()
        let reading = try reading(state.rules)
        let (planning, judging) = try change(state, snapshot)
        try state.index.close()
        return [
            Figure("parse 1.5 KB agent", reading.parse.median * 1_000_000, .microseconds),
            Figure("check 1.5 KB agent by its schema", reading.check.median * 1_000_000, .microseconds),
            Figure("plan a one-field change", planning.median * 1_000_000, .microseconds),
            Figure("admit a one-field change", judging.median * 1_000_000, .microseconds),
        ]
    }

    private func reading(_ rules: StateRules) throws -> (parse: Samples, check: Samples) {
        var (parse, check) = (Samples(), Samples())
        let documents = (0..<100).map { Array(SampleAgent.definition($0).utf8) }
        for number in 0..<Self.rounds {
            let start = ContinuousClock.now
            let value = try JSONValue(parsing: documents[number % documents.count])
            let parsed = ContinuousClock.now
            let violations = rules.schemas.agent.validate(value)
            check.add(parsed.duration(to: .now))
            parse.add(start.duration(to: parsed))
            if let violation = violations.first { throw BenchError("a sample is invalid: \(violation)") }
        }
        return (parse, check)
    }

    private func change(_ state: OpenState, _ snapshot: StateSnapshot) throws -> (Samples, Samples) {
        var (planning, judging) = (Samples(), Samples())
        let context = PlanningContext(snapshot: snapshot, rules: state.rules, secrets: .empty)
        let history = PlanningHistory(definition: { _, _ in nil }, files: { _, _ in nil }, entry: { _, _ in nil })
        let review = AdmissionReview(rules: state.rules, secrets: .empty, ledger: snapshot.ledger)
        for number in 0..<Self.plans {
            let request = try WriteBenchmark.request(number, agents: ColdStartBenchmark.agents)
            let start = ContinuousClock.now
            let plan = try ChangePlanner.plan(request.changes, on: context, history)
            let planned = ContinuousClock.now
            let verdict = review.review(
                from: snapshot.head,
                to: plan.tree,
                touched: plan.touched,
                by: OpenState.principal
            )
            judging.add(planned.duration(to: .now))
            planning.add(start.duration(to: planned))
            guard verdict.isAdmitted else { throw BenchError("a change is refused: \(verdict.diagnostics)") }
        }
        return (planning, judging)
    }
}
