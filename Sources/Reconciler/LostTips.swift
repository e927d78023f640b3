import StateRepo

/// The tips that `main` had before somebody rewound or replaced it, kept reachable under `refs/gitplane/lost/<n>`.
struct LostTips {
    private static let prefix = "refs/gitplane/lost/"

    /// Keeps `tip` under the next number; one that is kept already, or gone from the repository, needs nothing.
    func keep(_ tip: CommitID, in repository: borrowing GitRepository) throws(GitError) {
        let references = try repository.references(under: Self.prefix)
        let isKept = references.contains { $0.target.bytes == tip.bytes }
        guard !isKept, repository.contains(tip) else { return }
        let numbers = references.compactMap { Int($0.name.description.dropFirst(Self.prefix.count)) }
        guard let name = RefName("\(Self.prefix)\((numbers.max() ?? 0) + 1)") else { return }
        try repository.createRef(name, at: tip)
    }
}
