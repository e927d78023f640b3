/// One file of a working tree that is not as the index says.
package struct WorkingTreeEdit: Sendable {
    package enum Content: Sendable {
        /// A plain file, as `git add` would store it.
        case file(BlobID, [UInt8])
        /// Something that may not be there, or cannot be read.
        case refused(Diagnostic)
        /// The file is gone.
        case removed
    }

    package let path: EntryPath
    package let content: Content
    /// How the file looked; `nil` when it is gone.
    package let stamp: FileStamp?
    /// Whether the index has the file.
    package let isTracked: Bool

    package init(path: EntryPath, content: Content, stamp: FileStamp?, isTracked: Bool) {
        self.path = path
        self.content = content
        self.stamp = stamp
        self.isTracked = isTracked
    }

    /// The file's name in git, when it is a file.
    package var blob: BlobID? {
        if case .file(let blob, _) = content { blob } else { nil }
    }
}

/// Everything in a working tree that is not as the index says.
package struct WorkingTreeEdits: Sendable {
    /// In the order of paths.
    package var edits: [WorkingTreeEdit]
    /// Every folder that was looked into, relative to the root; the empty name is the root itself.
    package let folders: [String]
    /// How many files the index has.
    package let trackedCount: Int

    package init(edits: [WorkingTreeEdit], folders: [String], trackedCount: Int) {
        self.edits = edits
        self.folders = folders
        self.trackedCount = trackedCount
    }

    /// What the folder looked like, to tell whether it has changed since.
    package var marks: [EntryPath: FileStamp?] {
        Dictionary(edits.map { ($0.path, $0.stamp) }) { first, _ in first }
    }
}
