package import Foundation
package import StateRepo

/// Makes the repository of a new data folder: the template's `state/` and `skills/`, committed by the server.
package struct StateStarter {
    private static let subject = "state: start from the template"

    private let repositoryPath: String
    private let identity: ServerIdentity
    private let now: Date

    package init(repositoryPath: String, identity: ServerIdentity, now: Date) {
        self.repositoryPath = repositoryPath
        self.identity = identity
        self.now = now
    }

    /// Commits the files below `folders` as the first commit of `main`, unless there is one already.
    ///
    /// - Parameters:
    ///   - folders: where files are read, and the path they get in the repository (empty for its root).
    ///   - indexed: the newest commit of `main` that the history index knows; asked for only when there is no `main`.
    /// - Returns: the first commit, or `nil` when the branch existed.
    /// - Throws: ``HistoryTraces`` when the branch is gone from a repository that has a history.
    @discardableResult
    package func start(
        from folders: [TemplateFolder],
        indexed: () throws -> CommitID? = { nil }
    ) throws -> CommitID? {
        let log = try LooseCommitLog(repositoryAt: repositoryPath)
        guard try !hasMain(log) else { return nil }
        if let traces = try HistoryTraces(ofRepositoryAt: repositoryPath, indexed: indexed()) { throw traces }
        var files: [CommitDraft.FileEdit] = []
        for folder in folders {
            for file in try folder.files() {
                guard let path = EntryPath(file.path) else { continue }
                files.append(CommitDraft.FileEdit(path, .bytes(file.content)))
            }
        }
        let signature = identity.signature(at: now)
        let trailers = [
            CommitMessage.Trailer("Channel", Channel.api.rawValue),
            CommitMessage.Trailer("Principal", Principal.Identity.server.description),
        ]
        let message = CommitMessage(subject: Self.subject, trailers: trailers)
        let draft = CommitDraft(files: files, author: signature, committer: signature, message: message.text)
        return try log.commit(draft, onto: nil)
    }

    /// Whether this is a commit that a first start makes.
    static func isFirst(_ commit: GitCommit) -> Bool {
        commit.parents.isEmpty && commit.message.hasPrefix("\(subject)\n")
    }

    private func hasMain(_ log: LooseCommitLog) throws(GitError) -> Bool {
        do throws(GitError) {
            return try log.withRepository { (repository) throws(GitError) in try repository.target(of: .main) } != nil
        } catch {
            // It is there, and damaged.
            guard error.code == .corrupt else { throw error }
            return true
        }
    }
}

/// A folder of the installation that a new repository gets.
package struct TemplateFolder: Sendable {
    package struct File: Sendable {
        package let path: String
        package let content: [UInt8]
    }

    private let folder: URL
    private let prefix: String

    package init(_ folder: URL, as prefix: String) {
        self.folder = folder
        self.prefix = prefix
    }

    /// Every regular file, by path.
    func files() throws -> [File] {
        let root = folder.standardizedFileURL.path
        return try FileManager.default.subpathsOfDirectory(atPath: root).sorted().compactMap { name in
            var isDirectory = ObjCBool(false)
            let place = "\(root)/\(name)"
            guard FileManager.default.fileExists(atPath: place, isDirectory: &isDirectory), !isDirectory.boolValue
            else { return nil }
            let content = try Data(contentsOf: URL(filePath: place))
            return File(path: prefix.isEmpty ? name : "\(prefix)/\(name)", content: Array(content))
        }
    }
}
