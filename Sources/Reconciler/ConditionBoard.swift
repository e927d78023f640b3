package import Foundation
package import StateRepo
import Synchronization

/// The conditions that `GET /state` shows; each keeps the time of its last change.
///
/// Watchers are told of every change that a person would see.
package final class ConditionBoard: Sendable {
    private struct State {
        var conditions: [Condition.Kind: Condition] = [:]
        /// What watchers were told last.
        var announced: [Condition.Kind: Condition.Face] = [:]
    }

    private let state = Mutex(State())
    package let watch: WatchHub

    package init(watch: WatchHub = WatchHub()) { self.watch = watch }

    /// All conditions, by type.
    package var all: [Condition] {
        state.withLock { $0.conditions.values.sorted { $0.type.rawValue < $1.type.rawValue } }
    }

    /// Those that watchers are told of.
    package var settled: [Condition] { all.filter { !$0.isPassing } }

    package subscript(_ type: Condition.Kind) -> Condition? { state.withLock { $0.conditions[type] } }

    /// Says how something is now.
    ///
    /// - Parameter revision: the head that it was found for.
    package func set(
        _ type: Condition.Kind,
        _ status: Condition.Status,
        reason: String,
        message: String,
        revision: CommitID?,
        at time: Date
    ) {
        let face = Condition.Face(status: status, reason: reason, message: message)
        state.withLock { $0.conditions.set(type, face, revision, time) }
        announce()
    }

    /// Takes a condition away: what is shown only while it is so is so no longer.
    package func remove(_ type: Condition.Kind) {
        _ = state.withLock { $0.conditions.removeValue(forKey: type) }
        announce()
    }

    /// Tells watchers, after the lock, when something is not as they were told.
    private func announce() {
        let isNews = state.withLock { state in
            let faces = state.conditions.filter { !$0.value.isPassing }.mapValues(\.face)
            guard faces != state.announced else { return false }
            state.announced = faces
            return true
        }
        if isNews { watch.publish(.status) }
    }
}

/// What passes report.
extension ConditionBoard {
    /// How often in a row a pass fails before it counts as stalled.
    static let patience = 3

    /// A pass reads a new head; watchers are not told, because nearly all passes are over at once.
    func begin(_ head: CommitID, at time: Date) {
        let face = Condition.Face(status: .yes, reason: Condition.newHead, message: "\(head) is being read")
        state.withLock { $0.conditions.set(.reconciling, face, head, time) }
    }

    /// A pass ended well.
    func end() {
        state.withLock { state in
            state.conditions[.reconciling] = nil
            state.conditions[.stalled] = nil
        }
        announce()
    }

    /// A pass failed, for the `count`th time in a row: what is served stays as it was.
    func note(failure: StateError, count: Int, at time: Date) {
        let reason = failure.code.conditionReason
        let isStalled = count >= Self.patience || failure.code == .objectDamaged
        state.withLock { state in
            let revision = state.conditions[.ready]?.observedRevision
            let message = revision.map { "\(failure.message); \($0) is served" } ?? failure.message
            let ready = Condition.Face(status: .no, reason: "ReconcileFailed", message: message)
            state.conditions.set(.ready, ready, revision, time)
            let (current, other): (Condition.Kind, Condition.Kind) =
                isStalled ? (.stalled, .reconciling) : (.reconciling, .stalled)
            let face = Condition.Face(status: .yes, reason: isStalled ? reason : "Retrying", message: message)
            state.conditions.set(current, face, revision, time)
            state.conditions[other] = nil
        }
        announce()
    }
}

extension [Condition.Kind: Condition] {
    fileprivate mutating func set(
        _ type: Condition.Kind,
        _ face: Condition.Face,
        _ revision: CommitID?,
        _ time: Date
    ) {
        let previous = self[type]
        let isSame = previous?.status == face.status && previous?.reason == face.reason
        self[type] = Condition(
            type: type,
            face: face,
            since: isSame ? previous?.since ?? time : time,
            observedRevision: revision
        )
    }
}

extension StateError.Code {
    /// The code as one word: `storage.full` is `StorageFull`.
    fileprivate var conditionReason: String {
        rawValue.split { $0 == "." || $0 == "_" }.map(\.capitalized).joined()
    }
}
