package import Access
import Documents
package import StateRepo
import Synchronization

/// A request with an `Idempotency-Key` on its way through its handler.
package final class IdempotentRequest: Sendable {
    /// For the commit that the request makes.
    package let mark: IdempotencyMark
    /// A keyed digest of everything that the request is, what is secret in its body too: kept only where secrets are.
    let whole: [UInt8]
    /// The commit that an earlier request of this mark made, whose answer was lost: the handler makes that answer again and
    /// writes nothing.
    package let recalled: CommitID?
    private let made = Mutex<CommitID?>(nil)
    private let isKept = Mutex(false)
    private let keep: @Sendable (OperationResponse, CommitID?) throws -> IdempotencyRecord?

    init(
        _ mark: IdempotencyMark,
        whole: [UInt8],
        recalling commit: CommitID? = nil,
        keep: @escaping @Sendable (OperationResponse, CommitID?) throws -> IdempotencyRecord?
    ) {
        self.mark = mark
        self.whole = whole
        self.recalled = commit
        self.keep = keep
    }

    /// The commit of this request, also when the handler fails afterwards.
    var commit: CommitID? { recalled ?? made.withLock { $0 } }

    /// Told by the write path which commit carries the mark, or may carry it.
    func note(_ commit: CommitID) { made.withLock { $0 = commit } }

    /// Told of a write that failed: after `storage.outcome_unknown` the commit may be there all the same.
    func note(failure: StateError) {
        guard failure.code == .outcomeUnknown, let name = failure.details?["commit"]?.stringValue,
            let commit = CommitID(name)
        else { return }
        note(commit)
    }

    /// What is still to be kept of an answer; `nil` for one that is not kept, or that is kept with its effect.
    func record(of answer: OperationResponse) throws -> IdempotencyRecord? {
        isKept.withLock { $0 } ? nil : try keep(answer, commit)
    }

    /// What is kept of an answer by a transaction that is open: when it fails, so does the request.
    package func recordWithEffect(of answer: OperationResponse) throws -> IdempotencyRecord? {
        let record = try keep(answer, commit)
        isKept.withLock { $0 = true }
        return record
    }
}

extension OperationRequest {
    /// For handlers whose effect is in the local database: the answer to it is kept in the transaction of the effect.
    func keeping<Effect>(
        _ answer: @escaping @Sendable (Effect) throws -> OperationResponse
    ) -> FirstAnswer<Effect> {
        guard let idempotency else { return .notKept }
        return FirstAnswer { try idempotency.recordWithEffect(of: answer($0)) }
    }
}
