extension CommitDraft {
    /// The commit of a planned API write: author is the caller, committer the server (contract, section 6).
    package init(
        _ plan: ChangePlan,
        by principal: Principal,
        requestID: String,
        mark: IdempotencyMark? = nil,
        committer: Signature
    ) {
        let files = plan.files.keys.sorted().compactMap { path -> FileEdit? in
            guard let entry = EntryPath(path), let content = plan.files[path] else { return nil }
            return FileEdit(entry, content.map { .bytes($0) } ?? .removed)
        }
        var trailers = [
            CommitMessage.Trailer("Channel", Channel.api.rawValue),
            CommitMessage.Trailer("Principal", principal.identity.description),
            CommitMessage.Trailer("Request-Id", requestID),
        ]
        if let mark { trailers.append(CommitMessage.Trailer(IdempotencyMark.trailer, mark.text)) }
        self.init(
            files: files,
            author: Signature(name: principal.name, email: principal.email, time: committer.time),
            committer: committer,
            message: CommitMessage(plan, trailers: trailers).text
        )
    }
}
