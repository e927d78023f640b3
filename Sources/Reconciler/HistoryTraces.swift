import Foundation
package import StateRepo

/// What is left of a history whose branch is gone: such a repository must not be taken for one that never had any.
package struct HistoryTraces: Error, Hashable {
    /// The newest commit that `main` is known to have had and that can be read; `nil` when nothing names one.
    package let newest: CommitID?

    /// Looks at a repository without `main`; `nil` when it never had a history.
    ///
    /// A first start that was cut off has left objects of the template, at most a commit of them, and nothing else: no ref,
    /// no pack, nothing in the index.
    /// - Parameter indexed: the newest commit of `main` that the history index knows.
    package init?(ofRepositoryAt path: String, indexed: CommitID?) throws {
        let repository = try GitRepository(openingBareAt: path)
        let references = try repository.references()
        let isFresh = references.isEmpty && indexed == nil
        if isFresh, try RepositoryCensus(repositoryAt: path).packs == 0,
            try LooseObjects(repositoryAt: path).commits(in: repository).allSatisfy(StateStarter.isFirst)
        {
            return nil
        }
        newest = Self.newest(references, indexed, in: repository)
    }

    /// What the index names; else the younger one of what the working tree shows and what `main` was before it was rewound.
    private static func newest(
        _ references: [GitReference],
        _ indexed: CommitID?,
        in repository: borrowing GitRepository
    ) -> CommitID? {
        if let indexed, commit(indexed, in: repository) != nil { return indexed }
        var newest: GitCommit?
        for reference in references
        where reference.name == .worktree || reference.name.description.hasPrefix(LostTips.prefix) {
            guard let commit = commit(CommitID(rebinding: reference.target), in: repository) else { continue }
            if newest.map({ $0.committer.time < commit.committer.time }) ?? true { newest = commit }
        }
        return newest?.id
    }

    /// `nil` when it is missing or damaged.
    private static func commit(_ id: CommitID, in repository: borrowing GitRepository) -> GitCommit? {
        do { return try repository.readCommit(id) } catch { return nil }
    }
}
