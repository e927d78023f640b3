extension ResourceTag {
    /// The tag of a commit's body; it changes only when the commit is told differently.
    ///
    /// - Parameter form: what tells apart the bodies that one commit can have.
    package init(change entry: HistoryEntry, form: String) {
        let parts = [form, String(entry.sequence), Timestamp.text(entry.acceptedAt), entry.channel.rawValue]
        self.init(revision: entry.revision, parts: parts + [entry.principal ?? ""])
    }

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
