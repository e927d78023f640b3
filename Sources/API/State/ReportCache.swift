import Reconciler
import StateRepo
import Synchronization

/// Keeps the reports of the last few states: making one looks at every document.
final class ReportCache: Sendable {
    /// How many reports are kept.
    static let maximumCount = 4

    private struct Entry: Sendable {
        let revision: CommitID
        let diagnostics: [Diagnostic]
    }

    private let kept = Mutex<[Entry]>([])

    /// The states whose reports are kept, the oldest report first.
    var revisions: [CommitID] { kept.withLock { $0.map(\.revision) } }

    /// Every finding about `snapshot`, bounded as ``StateReport`` is.
    func diagnostics(of snapshot: StateSnapshot, _ rules: StateRules) -> [Diagnostic] {
        if let entry = kept.withLock({ $0.first { $0.revision == snapshot.revision } }) { return entry.diagnostics }
        let report = StateReport(snapshot.head, rules: rules, secrets: .empty, ledger: snapshot.ledger)
        let diagnostics = snapshot.noting(report.diagnostics)
        kept.withLock { kept in
            kept.removeAll { $0.revision == snapshot.revision }
            kept.append(Entry(revision: snapshot.revision, diagnostics: diagnostics))
            if kept.count > Self.maximumCount { kept.removeFirst() }
        }
        return diagnostics
    }
}
