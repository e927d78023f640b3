package import Foundation
package import HashTreeCollections

/// A state tree plus its revision: immutable, and the only thing readers see.
package struct StateSnapshot: Sendable {
    package let revision: CommitID
    /// The number of first-parent commits up to ``revision``.
    package let sequence: Int
    /// When the server accepted ``revision``.
    package let acceptedAt: Date
    package let rootTree: TreeID
    /// What the tree says, good or bad; writes are planned on it.
    package let head: StateTree
    /// What is served: ``head`` with every broken document replaced by its last good version.
    package let serving: StateTree
    /// Where each document comes from whose version at ``head`` is broken, by path.
    package let substitutes: TreeDictionary<String, Substitute>
    package let lastChanges: LastChanges
    package let ledger: ReleaseLedger
    /// Version of the shipped schemas and catalogue; part of the tags of bodies that show defaults.
    package let dataVersion: BlobID

    /// Which version of a broken document is served.
    package enum Substitute: Hashable, Sendable {
        /// The last good version, which this commit had.
        case lastGood(CommitID)
        /// There never was a good version: the document is not served.
        case absent
    }

    package init(
        revision: CommitID,
        sequence: Int,
        acceptedAt: Date,
        rootTree: TreeID,
        head: StateTree,
        serving: StateTree,
        substitutes: TreeDictionary<String, Substitute>,
        lastChanges: LastChanges,
        ledger: ReleaseLedger,
        dataVersion: BlobID
    ) {
        self.revision = revision
        self.sequence = sequence
        self.acceptedAt = acceptedAt
        self.rootTree = rootTree
        self.head = head
        self.serving = serving
        self.substitutes = substitutes
        self.lastChanges = lastChanges
        self.ledger = ledger
        self.dataVersion = dataVersion
    }
}
