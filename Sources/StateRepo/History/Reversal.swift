import Documents

/// What takes a commit back: every file that it changed, from what the commit made of it to what its first parent had.
package struct Reversal: Sendable {
    /// At most this many files are taken back at once, and contents of at most ``TreeComparison/maximumBytes``.
    package static let maximumFiles = 10_000

    package let commit: GitCommit
    package let files: [FileVersions]

    /// - Parameter chosen: the resources to take back, each with what lies in it; `nil` for the whole commit.
    /// - Throws: `state.invalid` when the change is too large; ``GitError``.
    package init(
        of revision: CommitID,
        only chosen: [ResourceName]?,
        in repository: borrowing GitRepository
    ) throws {
        let commit = try repository.readCommit(revision)
        var before: TreeID?
        if let parent = commit.parents.first { before = try repository.readCommit(parent).tree }
        let comparison = try TreeComparison(
            from: ComparedFiles(commit.tree),
            to: ComparedFiles(before),
            limit: Self.maximumFiles,
            in: repository,
            where: { Self.isChosen($0, chosen) }
        )
        guard !comparison.isTruncated else { throw Self.tooLarge(comparison.fileCount) }
        self.commit = commit
        self.files = comparison.files
    }

    private static func isChosen(_ path: EntryPath, _ chosen: [ResourceName]?) -> Bool {
        guard let chosen else { return true }
        guard let resource = path.text.flatMap({ Layout.role(of: $0) })?.resource else { return false }
        return chosen.contains { $0.contains(resource) }
    }

    private static func tooLarge(_ count: Int) -> StateError {
        let size = "\(maximumFiles) files and \(TreeComparison.maximumBytes >> 20) MiB"
        let message =
            "the change has \(count) files or more; at most \(size) can be taken back at once: choose resources"
        let problem = Diagnostic(.error, "change.too_large", file: "", message)
        return StateError(.stateInvalid, message, diagnostics: [problem])
    }
}

extension ResourceName {
    /// Whether `other` is this resource or lies in it, by whole segments: an agent has its documents in it.
    package func contains(_ other: ResourceName) -> Bool {
        if self == other { return true }
        if case .agent(let id) = self, case .document(id, _) = other { return true }
        return false
    }
}
