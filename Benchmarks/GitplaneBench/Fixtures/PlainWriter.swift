import StateRepo

/// Writes to one repository what another one got last, with libgit2 and nothing around it.
struct PlainWriter {
    private let log: LooseCommitLog
    private let source: BenchRepository

    /// - Parameter source: A repository with the same content.
    init(_ repository: BenchRepository, follows source: BenchRepository) throws {
        self.log = try LooseCommitLog(repositoryAt: repository.path)
        self.source = source
    }

    /// Repeats the newest commit of the other repository: the same objects and the same ref, flushed.
    func repeatLast() throws -> Duration {
        let head = try log.withRepository { (repository) throws(GitError) in try repository.target(of: .main) }
        let draft = try last(onto: head)
        let start = ContinuousClock.now
        _ = try log.commit(draft, onto: head)
        return start.duration(to: .now)
    }

    private func last(onto head: CommitID?) throws -> CommitDraft {
        let handle = try GitRepository(openingBareAt: source.path)
        guard let newest = try handle.target(of: .main) else { throw BenchError("there is no main") }
        let commit = try handle.readCommit(newest)
        guard commit.parents.first == head, let head else { throw BenchError("the repositories differ") }
        let files = try handle.changes(from: handle.readCommit(head).tree, to: commit.tree).map { change in
            guard let blob = change.new?.blobID else { return CommitDraft.FileEdit(change.path, .removed) }
            return CommitDraft.FileEdit(change.path, .bytes(try handle.readBlob(blob, maximum: Layout.maximumFileSize)))
        }
        return CommitDraft(files: files, author: commit.author, committer: commit.committer, message: commit.message)
    }
}
