extension ResourceTag {
    /// The tag of a commit's body; it changes only when the commit is told differently.
    ///
    /// - Parameter form: what tells apart the bodies that one commit can have.
    package init(change entry: HistoryEntry, form: String) {
        let parts = [form, String(entry.sequence), Timestamp.text(entry.acceptedAt), entry.channel.rawValue]
        self.init(revision: entry.revision, parts: parts + [entry.principal ?? ""])
    }

    /// The tag of what differs between two points, which never changes.
    ///
    /// - Parameters:
    ///   - revision: the later point.
    ///   - form: what tells apart the bodies that one comparison can have.
    package init(comparing from: String, with to: String, at revision: CommitID, form: String) {
        self.init(revision: revision, parts: ["diff", form, from, to])
    }

    /// The tag of what is told of an agent's origins.
    ///
    /// - Parameters:
    ///   - revision: the newest of the commits that are told.
    ///   - body: everything that is told.
    package init(blame body: String, at revision: CommitID) { self.init(revision: revision, parts: ["blame", body]) }

    /// The tag of a published version.
    package init(version entry: ReleaseLedger.Entry) {
        self.init(
            revision: entry.revision,
            parts: ["version", String(entry.version), entry.definition.description, entry.publishedBy]
        )
    }

    /// The tag of the state as a whole.
    ///
    /// - Parameter parts: what the body shows beside the tree.
    package init(state snapshot: StateSnapshot, showing parts: [String]) {
        self.init(revision: snapshot.revision, parts: ["state", snapshot.dataVersion.description] + parts)
    }
}
