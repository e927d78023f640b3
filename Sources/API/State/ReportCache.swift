import Reconciler
import StateRepo
import Synchronization

/// Keeps the reports of the last few states: making one looks at every document.
final class ReportCache: Sendable {
    /// How many reports are kept.
    static let maximumCount = 4

    private struct Entry: Sendable {
        let revision: CommitID
        /// The generation of the secrets that the report was made with.
        let secrets: Int
        let diagnostics: [Diagnostic]
    }

    private let kept = Mutex<[Entry]>([])

    /// The states whose reports are kept, the oldest report first.
    var revisions: [CommitID] { kept.withLock { $0.map(\.revision) } }

    /// Every finding about `snapshot`, bounded as ``StateReport`` is.
    func diagnostics(of snapshot: StateSnapshot, _ rules: StateRules, _ secrets: SecretsDesk) -> [Diagnostic] {
        diagnostics(of: snapshot, rules, secrets.inventory, generation: secrets.generation)
    }

    /// - Parameter generation: that of the secrets whose names are `secrets`.
    func diagnostics(
        of snapshot: StateSnapshot,
        _ rules: StateRules,
        _ secrets: SecretInventory = .empty,
        generation: Int = 0
    ) -> [Diagnostic] {
        let kept = kept.withLock { $0.first { $0.revision == snapshot.revision && $0.secrets == generation } }
        if let kept { return kept.diagnostics }
        let report = StateReport(snapshot.head, rules: rules, secrets: secrets, ledger: snapshot.ledger)
        let diagnostics = snapshot.noting(report.diagnostics)
        self.kept.withLock { kept in
            kept.removeAll { $0.revision == snapshot.revision }
            kept.append(Entry(revision: snapshot.revision, secrets: generation, diagnostics: diagnostics))
            if kept.count > Self.maximumCount { kept.removeFirst() }
        }
        return diagnostics
    }
}
