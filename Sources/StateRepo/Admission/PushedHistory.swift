/// The new commits of a push and how they hang together.
struct PushedHistory {
    private let commits: [CommitID: PushHistoryScan.Commit]

    init(_ commits: [PushHistoryScan.Commit]) {
        self.commits = Dictionary(commits.map { ($0.id, $0) }) { first, _ in first }
    }

    /// One commit of the new first-parent chain and the commits that it merges.
    struct Step {
        let commit: PushHistoryScan.Commit
        let merged: [PushHistoryScan.Commit]
    }

    /// The first-parent chain that leads from `old` to `tip`, oldest first; `nil` when `old` is not on it.
    func steps(from old: CommitID, to tip: CommitID) -> [Step]? {
        var chain: [PushHistoryScan.Commit] = []
        var next = tip
        while next != old {
            guard let commit = commits[next], let parent = commit.parents.first else { return nil }
            chain.append(commit)
            next = parent
        }
        var seen = Set(chain.map(\.id))
        return chain.reversed().map { Step(commit: $0, merged: merged(by: $0, &seen)) }
    }

    /// The new commits that only this commit's further parents lead to.
    private func merged(by commit: PushHistoryScan.Commit, _ seen: inout Set<CommitID>) -> [PushHistoryScan.Commit] {
        var pending = Array(commit.parents.dropFirst())
        var found: [PushHistoryScan.Commit] = []
        while let id = pending.popLast() {
            guard let commit = commits[id], seen.insert(id).inserted else { continue }
            found.append(commit)
            pending += commit.parents
        }
        return found
    }
}
