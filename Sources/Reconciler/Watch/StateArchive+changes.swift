package import StateRepo

/// Some of the commits that follow a state, in order.
package struct ChangePage: Sendable {
    package let changes: [StateChange]
    /// The state after the last of them.
    package let snapshot: StateSnapshot
}

extension StateArchive {
    /// How many commits one page holds, so that no reader is held for long.
    package static let maximumPage = 64

    /// The next commits after `snapshot`, up to that with the number `sequence`.
    ///
    /// - Returns: `nil` when `main` no longer contains the commit of `snapshot`.
    package func changes(after snapshot: StateSnapshot, upTo sequence: Int) async throws(StateError) -> ChangePage? {
        try await read { [index, rules] repository in
            guard let entries = try index.entries(after: snapshot.place, upTo: sequence, limit: Self.maximumPage)
            else { return nil }
            var walk = SnapshotWalk(from: snapshot, index: index, decoder: rules.decoder)
            var changes: [StateChange] = []
            for entry in entries { changes.append(try walk.step(to: entry, in: repository)) }
            return ChangePage(changes: changes, snapshot: walk.snapshot)
        }
    }

    /// Whether `revision` was on `main` until somebody rewound or replaced it.
    package func isLost(_ revision: CommitID) async throws(StateError) -> Bool {
        try await read { repository in try LostTips().contain(revision, in: repository) }
    }
}
