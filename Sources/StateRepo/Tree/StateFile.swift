/// A file of the tree whose content the server reads.
package struct StateFile: Hashable, Sendable {
    /// Relative to the repository's root; a path that ``Layout`` accepts.
    package let path: String
    package let blob: BlobID
    package let content: [UInt8]

    package init(path: String, blob: BlobID, content: [UInt8]) {
        self.path = path
        self.blob = blob
        self.content = content
    }

    /// The content as text; admission has made sure that it is UTF-8.
    package var text: String { String(decoding: content, as: UTF8.self) }
}

/// What happens to one path between two trees.
package struct FileEdit: Sendable {
    package enum Change: Sendable {
        /// `content` is `nil` for entries that the server does not read.
        case put(FileMode, BlobID, content: [UInt8]?)
        /// The entry is there and cannot be taken: too large, not readable.
        case refuse(Diagnostic)
        case remove
    }

    package let path: EntryPath
    package let change: Change

    package init(path: EntryPath, change: Change) {
        self.path = path
        self.change = change
    }
}
