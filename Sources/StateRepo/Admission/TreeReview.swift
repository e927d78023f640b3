import Documents
import HashTreeCollections

/// Judges a tree by itself, away from the server that will have it: what `gitplane validate` does.
///
/// It is the gate of ``AdmissionReview``, asked about every file at once. Secrets live with the server, so nothing is said
/// about secrets that are missing, and a provider counts as connected when its file exists.
package struct TreeReview: Sendable {
    private let rules: StateRules
    private let ledger: ReleaseLedger?

    /// - Parameter ledger: what was published so far; without it the rules of releases are not checked.
    package init(rules: StateRules, ledger: ReleaseLedger?) {
        self.rules = rules
        self.ledger = ledger
    }

    /// Everything there is to say about `tree`, sorted by file and place.
    ///
    /// - Parameter paths: every path of the tree.
    package func diagnostics(of tree: StateTree, paths: [EntryPath]) -> [Diagnostic] {
        // Exceptions to the scan for keys are those of the tree before; here that is the tree itself.
        var before = StateTree.empty
        before.settings = tree.settings
        let review = AdmissionReview(rules: rules, secrets: Self.namedSecrets(tree), ledger: ledger ?? ReleaseLedger())
        let judged = ledger == nil ? paths.filter { !Self.isRelease($0) } : paths
        var found = review.review(from: before, to: tree, touched: judged, by: nil).diagnostics
        if ledger == nil { found += paths.filter(Self.isRelease).flatMap { releaseFile($0, tree) } }
        return Set(found.filter { $0.code != ReferenceReview.secretMissing }).sorted(by: Self.isOrdered)
    }

    /// What is wrong with a release file as such.
    private func releaseFile(_ path: EntryPath, _ tree: StateTree) -> [Diagnostic] {
        path.text.flatMap { tree.problems[$0] } ?? []
    }

    private static func isRelease(_ path: EntryPath) -> Bool {
        guard let text = path.text, case .release = Layout.role(of: text) else { return false }
        return true
    }

    /// The secrets of all connections, as if they were there.
    private static func namedSecrets(_ tree: StateTree) -> SecretInventory {
        let named = tree.providers.map { id, document in
            (MetadataDocument.provider(id), Set([document.facts?.secret].compactMap { $0 }))
        }
        return SecretInventory(connections: Dictionary(named) { first, _ in first })
    }

    private static func isOrdered(_ lhs: Diagnostic, _ rhs: Diagnostic) -> Bool {
        if lhs.file != rhs.file { return lhs.file.utf8.lexicographicallyPrecedes(rhs.file.utf8) }
        let (left, right) = (lhs.position?.line ?? 0, rhs.position?.line ?? 0)
        if left != right { return left < right }
        let (leftColumn, rightColumn) = (lhs.position?.column ?? 0, rhs.position?.column ?? 0)
        return leftColumn == rightColumn ? lhs.code < rhs.code : leftColumn < rightColumn
    }
}
