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
/// A commit is appended, and flushed together with others; then it will be in the branch's history after any crash. It is
/// seen by git, and by other handles of this process, when it is sealed as well.
package protocol CommitLog: AnyObject {
    /// The newest commit that was appended, or where the branch is.
    func head() throws(GitError) -> CommitID?

    /// Whether everything that was appended can be seen by others.
    var isSealed: Bool { get }

    /// Whether a seal should not wait any longer, although more is about to be appended.
    var isSealDue: Bool { get }

    /// Makes the draft a commit on top of `expected`, and the head.
    ///
    /// - Parameter expected: where the branch must be; `nil` when it must not exist.
    /// - Throws: `modified` or `notFound` when the branch is elsewhere or gone, `locked` when another writer held its lock
    ///   for too long, and what ``GitRepository/updateTree(base:changes:)`` throws. After any error but `outcomeUnknown`
    ///   nothing was appended.
    func append(_ draft: CommitDraft, onto expected: CommitID?) throws(GitError) -> GitCommit

    /// Makes durable what was appended since the last time, all or nothing.
    ///
    /// - Throws: `outcomeUnknown` with the last of the commits when the disk has not confirmed it and nobody can say
    ///   whether it will be there after a crash; after any other error it will not. It is gone from the log either way.
    func flush() throws(GitError)

    /// Moves the branch to what is flushed, for everybody to see.
    ///
    /// - Throws: ``GitError``; what is flushed stays so, and the next call tries again.
    func seal() throws(GitError)

    /// Why what is sealed is still kept twice, told once; it is tried again.
    func takeCheckpointFailure() -> GitError?

    /// What somebody had made the branch name in spite of the lock, when something else was sealed in its place; told once. It
    /// is kept as a lost tip (``LostTips``), unless its history cannot be read.
    func takeDisplaced() -> CommitID?

    /// Writes anew what was sealed and somebody has removed since, as far as the log still has it.
    ///
    /// - Returns: whether there was anything to write.
    @discardableResult
    func mend() throws(GitError) -> Bool

    /// Flushes and seals everything, and leaves nothing to be recovered.
    func close() throws(GitError)

    /// Lends the handle that the log writes with, for reading on the same queue, with everything flushed and sealed.
    func withRepository<Result>(
        _ body: (borrowing GitRepository) throws(GitError) -> Result
    ) throws(GitError) -> Result
}

extension CommitLog {
    /// Appends a commit, flushes it, and shows it to everybody.
    ///
    /// A branch that cannot be moved now is moved later: the commit stands.
    package func commit(_ draft: CommitDraft, onto expected: CommitID?) throws(GitError) -> CommitID {
        let commit = try append(draft, onto: expected)
        try flush()
        try seal()
        return commit.id
    }
}
