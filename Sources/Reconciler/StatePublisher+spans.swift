import StateRepo
import Telemetry

/// What is recorded of writes and passes: each request's planning below the request, and one span for what requests share.
extension StatePublisher {
    private var spans: Spans { configuration.spans }

    /// Plans a write, and has it admitted.
    func prepare(_ request: WriteRequest, on snapshot: StateSnapshot) throws -> (ChangePlan, warnings: [Diagnostic]) {
        try spans.withSpan("plan write", under: request.parent) { notes in
            do {
                return try admit(request, on: snapshot)
            } catch let error as StateError {
                notes.fail(error.code.rawValue)
                throw error
            }
        }
    }

    /// A batch is part of the request that leads it, and linked to the others that share it.
    func recordBatch<Result>(of requests: [WriteRequest], _ body: () -> Result) -> Result {
        spans.withSpan("write batch", under: requests.first?.parent) { notes in
            for request in requests.dropFirst() { notes.link(request.parent) }
            notes.note("gitplane.batch.size", requests.count)
            let result = body()
            notes.note("gitplane.revision", snapshots.latest?.revision.description ?? "")
            return result
        }
    }

    func recordFlush(of count: Int, _ body: () throws(GitError) -> Void) throws(GitError) {
        try spans.withChild("flush journal") { notes throws(GitError) in
            notes.note("gitplane.batch.size", count)
            try body()
        }
    }

    /// Nothing is recorded of seals that nobody waits for.
    func recordSeal(_ body: () throws(GitError) -> Void) throws(GitError) {
        try spans.withChild("seal journal") { _ throws(GitError) in try body() }
    }

    /// Recorded where `main` has moved; a pass that finds nothing is not.
    func recordAdvance(
        to head: CommitID,
        _ reason: ReconcileReason?,
        _ body: (SpanNotes) throws -> StateSnapshot
    ) throws -> StateSnapshot {
        try spans.withSpan("reconcile") { notes in
            notes.note("gitplane.reconcile.reason", reason?.rawValue ?? "write")
            notes.note("gitplane.revision", head.description)
            return try body(notes)
        }
    }

    func recordSynchronization<Result>(_ body: () throws -> Result) throws -> Result {
        try spans.withChild("synchronize index") { _ in try body() }
    }

    /// What is recorded is the waiting for the commits before: these are added behind.
    func recordIndexing(of count: Int, _ body: () -> Void) {
        spans.withChild("index commits") { notes in
            notes.note("gitplane.commits", count)
            body()
        }
    }
}
