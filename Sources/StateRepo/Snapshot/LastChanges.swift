import HashTreeCollections

/// Who changed each resource last, as of one revision.
package struct LastChanges: Sendable {
    private var changes: TreeDictionary<ResourceName, LastChange>

    package init(_ changes: [ResourceName: LastChange] = [:]) {
        self.changes = TreeDictionary(uniqueKeysWithValues: changes.map { ($0.key, $0.value) })
    }

    package subscript(_ resource: ResourceName) -> LastChange? { changes[resource] }

    /// The last change of anything that an agent's representation shows: definition, documents, release.
    package func agent(_ id: AgentID) -> LastChange? {
        var latest = later(changes[.agent(id)], changes[.release(id)])
        for kind in DocumentKind.allCases { latest = later(latest, changes[.document(id, kind)]) }
        return latest
    }

    /// Takes the resources of a commit that follows everything recorded so far.
    package mutating func record(_ entry: HistoryEntry) {
        let change = LastChange(entry)
        for resource in entry.resources { changes[resource] = change }
    }

    private func later(_ one: LastChange?, _ other: LastChange?) -> LastChange? {
        guard let one, let other else { return one ?? other }
        return one.sequence >= other.sequence ? one : other
    }
}

extension LastChange {
    package init(_ entry: HistoryEntry) {
        self.init(
            revision: entry.revision,
            sequence: entry.sequence,
            time: entry.acceptedAt,
            author: entry.authorName
        )
    }
}
