import Foundation
package import StateRepo

/// What is left of a history whose branch is gone: such a repository must not be taken for one that never had any.
package struct HistoryTraces: Error, Hashable {
    /// The newest commit that `main` is known to have had and that can be read; `nil` when nothing names one.
    package let newest: CommitID?
    /// Whether the history index names it, which follows every commit; anything else may name one that is older.
    package let isIndexed: Bool

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
        let known = indexed.flatMap { Self.commit($0, in: repository) }
        newest = known?.id ?? Self.newest(references, in: repository)
        isIndexed = known != nil
    }

    /// The younger one of what the working tree shows and what `main` was before it was rewound.
    private static func newest(
        _ references: [GitReference],
        in repository: borrowing GitRepository
    ) -> CommitID? {
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
