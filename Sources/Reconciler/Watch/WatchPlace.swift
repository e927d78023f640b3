package import StateRepo

/// Where on `main` a watcher stands: it was told everything up to here.
package struct WatchPlace: Hashable, Sendable {
    package let revision: CommitID
    package let sequence: Int

    package init(revision: CommitID, sequence: Int) {
        self.revision = revision
        self.sequence = sequence
    }
}

extension StateSnapshot {
    package var place: WatchPlace { WatchPlace(revision: revision, sequence: sequence) }
}

extension HistoryEntry {
    package var place: WatchPlace { WatchPlace(revision: revision, sequence: sequence) }
}
