import CLibgit2

extension GitRepository {
    /// The commits that `tip` has in its history and none of `known` has, in no particular order.
    ///
    /// - Throws: `limitExceeded` when there are more than `maximum`; `notFound` when a history is cut off.
    package borrowing func newCommits(
        from tip: CommitID,
        excluding known: [CommitID],
        maximum: Int
    ) throws(GitError) -> [CommitID] {
        let walk: OpaquePointer = try checkOwned("walk history") { git_revwalk_new(&$0, pointer) }
        defer { git_revwalk_free(walk) }
        var start = tip.raw
        try check("walk history", git_revwalk_push(walk, &start))
        for id in known {
            var raw = id.raw
            try check("walk history", git_revwalk_hide(walk, &raw))
        }
        var found: [CommitID] = []
        while let id = try Self.next(of: walk) {
            guard found.count < maximum else {
                throw GitError(.limitExceeded, "walk history", "there are more than \(maximum) new commits")
            }
            found.append(id)
        }
        return found
    }

    private static func next(of walk: OpaquePointer) throws(GitError) -> CommitID? {
        var id = git_oid()
        let status = git_revwalk_next(&id, walk)
        guard status != GIT_ITEROVER.rawValue else { return nil }
        try check("walk history", status)
        return CommitID(raw: id)
    }
}
