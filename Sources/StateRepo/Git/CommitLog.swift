/// A commit that has not been made: what changes, who says so, and why.
package struct CommitDraft: Sendable {
    /// One file and what it becomes.
    package struct FileEdit: Hashable, Sendable {
        package enum Content: Hashable, Sendable {
            case bytes([UInt8])
            /// A blob or a tree that is stored already, as it stood in another commit.
            case stored(FileMode, AnyObjectID)
            /// Nothing; a directory goes with all it holds.
            case removed
        }

        package let path: EntryPath
        package let content: Content

        package init(_ path: EntryPath, _ content: Content) {
            self.path = path
            self.content = content
        }
    }

    package let files: [FileEdit]
    package let author: Signature
    package let committer: Signature
    /// Stored as it is given.
    package let message: String
    /// Parents after the first, which is the commit the draft is put onto.
    package let additionalParents: [CommitID]

    package init(
        files: [FileEdit],
        author: Signature,
        committer: Signature,
        message: String,
        additionalParents: [CommitID] = []
    ) {
        self.files = files
        self.author = author
        self.committer = committer
        self.message = message
        self.additionalParents = additionalParents
    }
}

/// The one place where the state branch moves.
///
/// When ``commit(_:onto:)`` returns, the commit is on disk and will be in the branch's history after any crash.
package protocol CommitLog: AnyObject {
    /// Makes the draft a commit on top of `expected` and the head of the branch.
    ///
    /// - Parameter expected: where the branch must be; `nil` when it must not exist.
    /// - Throws: `modified` or `notFound` when the branch is elsewhere or gone, `locked` when another writer held its lock
    ///   for too long, `outcomeUnknown` with the commit when the branch has moved but the disk has not confirmed it, and
    ///   what ``GitRepository/updateTree(base:changes:)`` throws. After any other error the branch has not moved.
    func commit(_ draft: CommitDraft, onto expected: CommitID?) throws(GitError) -> CommitID

    /// Lends the handle that the log writes with, for reading on the same queue.
    func withRepository<Result>(
        _ body: (borrowing GitRepository) throws(GitError) -> Result
    ) throws(GitError) -> Result
}
