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
        let found = try walk(from: [tip], excluding: known, GIT_SORT_NONE, limit: maximum + 1)
        guard found.count <= maximum else {
            throw GitError(.limitExceeded, "walk history", "there are more than \(maximum) new commits")
        }
        return found
    }

    /// The commits that `tips` have in their histories and none of `known` has, the newest first and children before their
    /// parents, as `git log` shows them, and no more than `limit`.
    package borrowing func log(
        of tips: [CommitID],
        excluding known: [CommitID],
        limit: Int
    ) throws(GitError) -> [CommitID] {
        let order = GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_TIME.rawValue
        return try walk(from: tips, excluding: known, git_sort_t(rawValue: order), limit: limit)
    }

    private borrowing func walk(
        from tips: [CommitID],
        excluding known: [CommitID],
        _ order: git_sort_t,
        limit: Int
    ) throws(GitError) -> [CommitID] {
        let walk: OpaquePointer = try checkOwned("walk history") { git_revwalk_new(&$0, pointer) }
        defer { git_revwalk_free(walk) }
        try check("walk history", git_revwalk_sorting(walk, order.rawValue))
        for id in tips {
            var raw = id.raw
            try check("walk history", git_revwalk_push(walk, &raw))
        }
        for id in known {
            var raw = id.raw
            try check("walk history", git_revwalk_hide(walk, &raw))
        }
        var found: [CommitID] = []
        while found.count < limit, let id = try Self.next(of: walk) { found.append(id) }
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
