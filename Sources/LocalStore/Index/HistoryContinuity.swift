internal import StateRepo

/// The rule that what is indexed is one first-parent chain without gaps.
enum HistoryContinuity {
    /// - Throws: ``LocalStoreError`` with `notConsecutive`, which names the first commit that does not fit.
    static func check(_ entries: [HistoryEntry], following head: HistoryEntry?) throws(LocalStoreError) {
        var previous = head
        for entry in entries {
            let expected = (previous?.sequence ?? 0) + 1
            guard entry.sequence == expected else {
                throw failure(entry, "sequence \(expected) was expected, not \(entry.sequence)")
            }
            if let previous, entry.parents.first != previous.revision {
                throw failure(entry, "its first parent is not \(previous.revision)")
            }
            previous = entry
        }
    }

    private static func failure(_ entry: HistoryEntry, _ reason: String) -> LocalStoreError {
        LocalStoreError(.notConsecutive, "commit \(entry.revision) does not follow the indexed ones: \(reason)")
    }
}
