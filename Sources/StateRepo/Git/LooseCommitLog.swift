import Glibc

/// A commit log that writes every object as a file, flushed, and then moves the ref by compare-and-swap.
///
/// Objects first, then the ref: a crash between any two steps leaves objects that no ref reaches, and nothing else.
/// It belongs to one actor.
package final class LooseCommitLog: CommitLog {
    private let path: String
    private let branch: RefName
    private let patience: BranchLockPatience
    private let repository: GitRepository

    /// Opens the bare repository at `path`, an absolute directory.
    package init(
        repositoryAt path: String,
        branch: RefName = .main,
        patience: BranchLockPatience = .standard
    ) throws(GitError) {
        self.path = path
        self.branch = branch
        self.patience = patience
        self.repository = try GitRepository(openingBareAt: path)
    }

    package func withRepository<Result>(
        _ body: (borrowing GitRepository) throws(GitError) -> Result
    ) throws(GitError) -> Result {
        try body(repository)
    }

    package var isSealed: Bool { true }

    package func mend() -> Bool { false }

    package func takeCheckpointFailure() -> GitError? { nil }

    package func takeDisplaced() -> CommitID? { nil }

    package var isSealDue: Bool { false }

    package func head() throws(GitError) -> CommitID? { try repository.target(of: branch) }

    /// Flushes and shows the commit as well.
    ///
    /// - Throws: `outcomeUnknown` with the commit when the branch has moved but the disk has not confirmed it.
    package func append(_ draft: CommitDraft, onto expected: CommitID?) throws(GitError) -> GitCommit {
        // Cheap, and spares the objects of a lost race; what decides is the compare-and-swap.
        let head = try repository.target(of: branch)
        guard head == expected else {
            throw GitError(head == nil ? .notFound : .modified, "commit", "\(branch) is not at the expected commit")
        }
        let commit = try write(draft, onto: expected)
        do {
            try move(from: expected, to: commit)
        } catch {
            throw outcome(of: error, moving: expected, to: commit)
        }
        return try repository.readCommit(commit)
    }

    package func flush() throws(GitError) {}

    package func seal() throws(GitError) {}

    package func close() throws(GitError) {}

    /// Stores the draft's objects without moving the branch.
    private func write(_ draft: CommitDraft, onto expected: CommitID?) throws(GitError) -> CommitID {
        var edits: [TreeEdit] = []
        for file in draft.files {
            let value: TreeEdit.Value =
                switch file.content {
                case .bytes(let bytes): .entry(.blob, AnyObjectID(rebinding: try repository.writeBlob(bytes)))
                case .stored(let mode, let id): .entry(mode, id)
                case .removed: .removed
                }
            edits.append(TreeEdit(file.path, value))
        }
        let base: TreeID? = if let expected { try repository.readCommit(expected).tree } else { nil }
        return try repository.writeCommit(
            tree: try repository.updateTree(base: base, changes: edits),
            parents: [expected].compactMap(\.self) + draft.additionalParents,
            author: draft.author,
            committer: draft.committer,
            message: draft.message
        )
    }

    private func move(from expected: CommitID?, to commit: CommitID) throws(GitError) {
        try patience.waiting { () throws(GitError) in
            try repository.compareAndSwap(branch, from: expected, to: commit, reflog: "commit")
        }
    }

    /// What a failed move means, by looking at the branch again through a handle that has read nothing yet.
    ///
    /// - Returns: `error` itself when the branch certainly has not moved to `commit`, else `outcomeUnknown`.
    package func outcome(of error: GitError, moving expected: CommitID?, to commit: CommitID) -> GitError {
        switch error.code {
        case .modified, .notFound, .locked, .exists, .invalid: return error
        case .corrupt, .diskFull, .limitExceeded, .outcomeUnknown, .other: break
        }
        let unknown = GitError(.outcomeUnknown(commit), error.operation, error.message)
        do {
            let fresh = try GitRepository(openingBareAt: path)
            guard let head = try fresh.target(of: branch) else { return expected == nil ? error : unknown }
            if head == expected { return error }
            return try fresh.isAncestor(commit, of: head) ? unknown : error
        } catch {
            return unknown
        }
    }
}
