import HashTreeCollections
import Logging
package import StateRepo
import Telemetry

/// Group commit: requests that come while others are flushed are planned, admitted and committed one on top of the other,
/// and share the next flush. One request is one commit; one that is refused drops out, and the rest go on.
extension StatePublisher {
    /// Plans, admits, commits and publishes a write, once no push is on its way to `main`; a dry run never waits.
    ///
    /// When it returns, the change is on disk and every reader of ``snapshots`` sees it. Git sees it a little later: see
    /// ``seal()``.
    /// - Throws: ``StateError`` with the code that the contract gives; after any but `storage.outcome_unknown` nothing was
    ///   written.
    package nonisolated func submit(_ request: WriteRequest) async throws(StateError) -> WriteOutcome {
        guard case .commit = request.mode else { return try await preview(request) }
        var request = request
        request.parent = configuration.spans.parent
        switch await queue.enter(request) {
        case .done(let result): return try result.get()
        case .lead: return try await lead(request).get()
        }
    }

    /// Writes the request and those that have gathered behind it.
    private func lead(_ request: WriteRequest) async -> Result<WriteOutcome, StateError> {
        defer { queue.passOn() }
        do throws(StateError) {
            try await waitForPushes()
        } catch {
            return .failure(error)
        }
        pace.begin(at: .now)
        let followers = queue.take()
        var results = write([request] + followers.map(\.request))
        let own = results.removeFirst()
        for (follower, result) in zip(followers, results) { follower.continuation.resume(returning: .done(result)) }
        sealInTime()
        pace.end(at: .now)
        if storage.isDue { reviewStorage() }
        return own
    }

    private func write(_ requests: [WriteRequest]) -> [Result<WriteOutcome, StateError>] {
        recordBatch(of: requests) { makeAndPublish(requests) }
    }

    private func makeAndPublish(_ requests: [WriteRequest]) -> [Result<WriteOutcome, StateError>] {
        var batch = WriteBatch()
        // Where the branch's lock stays taken, it is waited for once.
        var locked: StateError?
        for request in requests {
            if let locked {
                batch.append(.failure(locked))
                continue
            }
            do {
                batch.append(.success(try append(request, to: &batch)))
            } catch {
                let failure = translate(error)
                batch.append(.failure(failure))
                if (error as? GitError)?.code == .locked { locked = failure }
            }
        }
        publish(&batch)
        return batch.results
    }

    private func append(_ request: WriteRequest, to batch: inout WriteBatch) throws -> WriteOutcome {
        for _ in 1...Self.maximumAttempts {
            let snapshot = try batch.made.last?.snapshot ?? catchUp()
            guard snapshot.substitutes.isEmpty else { return try writeAlone(request, &batch) }
            let (plan, warnings) = try prepare(request, on: snapshot)
            guard !plan.isEmpty else { return WriteOutcome(snapshot: snapshot, plan: plan, warnings: warnings) }
            if let commit = try append(draft(plan, request, on: snapshot), on: snapshot) {
                let made = make(commit, plan, after: snapshot, batch.made.last?.entry ?? tip)
                batch.append(made)
                return WriteOutcome(snapshot: made.snapshot, plan: plan, warnings: warnings)
            }
            // Another writer came in between; what stands is published before the head is looked at again.
            publish(&batch)
        }
        throw StateError(.unavailable, "other writers were faster \(Self.maximumAttempts) times: try again")
    }

    /// Where broken documents are served by older versions, history is asked for them, so it has to be complete.
    private func writeAlone(_ request: WriteRequest, _ batch: inout WriteBatch) throws -> WriteOutcome {
        publish(&batch)
        for _ in 1...Self.maximumAttempts {
            let snapshot = try catchUp()
            let (plan, warnings) = try prepare(request, on: snapshot)
            guard !plan.isEmpty else { return WriteOutcome(snapshot: snapshot, plan: plan, warnings: warnings) }
            let served = try serve(plan.tree, at: snapshot.revision, previous: snapshot)
            guard let commit = try commit(draft(plan, request, on: snapshot), on: snapshot) else { continue }
            let published = publish(commit, plan, serving: served, after: snapshot)
            return WriteOutcome(snapshot: published, plan: plan, warnings: warnings)
        }
        throw StateError(.unavailable, "other writers were faster \(Self.maximumAttempts) times: try again")
    }

    private func make(
        _ commit: GitCommit,
        _ plan: ChangePlan,
        after old: StateSnapshot,
        _ previous: HistoryEntry?
    ) -> WriteBatch.Made {
        let entry = scanner.entry(commit, paths: plan.touched, after: previous)
        let records = LedgerScan.records(of: plan, entry, old.ledger)
        let served = Substitution.Served(tree: plan.tree, substitutes: [:])
        let snapshot = snapshot(of: commit, plan, entry, serving: served, records, after: old)
        return WriteBatch.Made(entry: entry, old: old, snapshot: snapshot, records: records)
    }

    /// Flushes what was appended, and shows it to readers, watchers and the index.
    private func publish(_ batch: inout WriteBatch) {
        guard !batch.made.isEmpty else { return }
        do {
            try flush(batch.made.count)
        } catch {
            // Where history was read for a request, those before it were flushed, and stand.
            batch.fail(translate(error), after: flushedHead())
        }
        defer { batch.settle() }
        guard let last = batch.made.last else { return }
        follow(batch.made.map(\.entry))
        show(last.snapshot, tip: last.entry)
        record(batch.made.flatMap(\.records))
        for made in batch.made { watch.publish(.change(StateChange(made.entry, from: made.old, to: made.snapshot))) }
    }

    /// The newest commit after a flush that has failed; `nil` when nobody can tell.
    private func flushedHead() -> CommitID? {
        do { return try log.head() } catch { return nil }
    }
}
