import StateRepo

/// Reads past versions for a plan, with the handle and on the thread of the writer.
struct RepositoryReader {
    let log: any CommitLog

    func definition(_ tree: TreeID, of id: AgentID) throws -> [StateFile]? {
        try log.withRepository { (repository) throws(GitError) in
            try StateLoader.definition(tree, of: id, in: repository)
        }
    }

    /// The files at or below `path` as `revision` had them; `nil` when there is no such commit.
    func files(_ path: String, at revision: CommitID) throws -> [StateFile]? {
        do {
            return try log.withRepository { (repository) throws(GitError) in
                try StateLoader.files(at: path, in: repository.readCommit(revision).tree, of: repository)
            }
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// What `revision` has at `path`; `nil` when there is nothing.
    func entry(_ path: EntryPath, at revision: CommitID) throws -> FileVersions.Version? {
        try log.withRepository { (repository) throws(GitError) in
            try FileVersions.Version(at: path, of: revision, in: repository)
        }
    }
}
