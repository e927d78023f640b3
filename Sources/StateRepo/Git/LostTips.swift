/// The tips that `main` had before somebody rewound or replaced it, kept reachable under `refs/gitplane/lost/<n>`.
///
/// A person who has looked at one deletes its ref.
package struct LostTips {
    package static let prefix = "refs/gitplane/lost/"
    /// How many numbers are tried when something else is in the place of a ref, such as an empty file or a lock.
    private static let attempts = 5

    package init() {}

    /// Keeps `tip` under the next number; one that is kept already, or gone from the repository, needs nothing.
    package func keep(_ tip: CommitID, in repository: borrowing GitRepository) throws(GitError) {
        let kept = try all(in: repository)
        guard !kept.contains(where: { $0.target.bytes == tip.bytes }), repository.contains(tip) else { return }
        let last = kept.last.flatMap(Self.number) ?? 0
        for number in (last + 1)..<(last + Self.attempts) {
            do throws(GitError) {
                return try create(number, at: tip, in: repository)
            } catch {
                guard [.corrupt, .exists, .locked, .modified].contains(error.code) else { throw error }
            }
        }
        try create(last + Self.attempts, at: tip, in: repository)
    }

    private func create(_ number: Int, at tip: CommitID, in repository: borrowing GitRepository) throws(GitError) {
        guard let name = RefName("\(Self.prefix)\(number)") else { return }
        try repository.createRef(name, at: tip)
    }

    /// Those that are kept, oldest first.
    package func all(in repository: borrowing GitRepository) throws(GitError) -> [GitReference] {
        try repository.references(under: Self.prefix).filter { Self.number($0) != nil }
            .sorted { (Self.number($0) ?? 0) < (Self.number($1) ?? 0) }
    }

    /// Whether a kept tip was built on `revision`.
    package func contain(_ revision: CommitID, in repository: borrowing GitRepository) throws(GitError) -> Bool {
        do {
            _ = try repository.readCommit(revision)
        } catch {
            // Whatever is there instead, it never was a head.
            return false
        }
        for tip in try all(in: repository) {
            if try repository.isAncestor(revision, of: CommitID(rebinding: tip.target)) { return true }
        }
        return false
    }

    private static func number(_ reference: GitReference) -> Int? {
        Int(reference.name.description.dropFirst(prefix.count))
    }
}
