/// What somebody changed since a base, brought onto the present tree of `main`, file by file.
package struct TreeMerge: Sendable {
    /// A file on which both sides disagree.
    package struct Conflict: Sendable {
        package let path: EntryPath
        package let places: [FileMerge.Conflict]
    }

    /// How files of the present tree change.
    package private(set) var changes: [FileVersions] = []
    package private(set) var conflicts: [Conflict] = []

    /// Merges `proposals`, which say for each file what the base had and what is proposed.
    ///
    /// - Parameter schemas: they say where new members of JSON go.
    package init(
        _ proposals: [FileVersions],
        onto tree: TreeID,
        schemas: StateSchemas,
        in repository: borrowing GitRepository
    ) throws(GitError) {
        for proposal in proposals {
            let current = try FileVersions.Version(at: proposal.path, of: tree, in: repository)
            let path = proposal.path
            let merge = FileMerge(
                path: path.description,
                base: proposal.old,
                current: current,
                proposed: proposal.new,
                schemas: schemas,
                // What the server writes has no formatting of anybody's own.
                formatting: .proposed
            )
            switch merge.outcome {
            case .unchanged: continue
            case .proposed: changes.append(FileVersions(path: path, old: current, new: proposal.new))
            case .merged(let content):
                let id = AnyObjectID(rebinding: try ObjectHash.blob(content))
                let new = FileVersions.Version(mode: .blob, id: id, content: content)
                changes.append(FileVersions(path: path, old: current, new: new))
            case .conflicts(let places): conflicts.append(Conflict(path: path, places: places))
            }
        }
    }

    /// What each file that differs between two trees was and has become.
    ///
    /// - Parameter byteLimit: how much content is merged at once; tests make it small.
    /// - Throws: `limitExceeded` when there are more files, or bytes, than are merged at once.
    package static func proposals(
        from base: TreeID?,
        to tree: TreeID,
        in repository: borrowing GitRepository,
        byteLimit: Int = Self.maximumBytes
    ) throws(GitError) -> [FileVersions] {
        var proposals: [FileVersions] = []
        var bytes = 0
        let limits = TreeDiffLimits(changes: PushReview.maximumChanges)
        for change in try repository.changes(from: base, to: tree, limits: limits) {
            let old = try FileVersions.Version(reading: change.old, in: repository)
            let new = try FileVersions.Version(reading: change.new, in: repository)
            bytes += (old?.content?.count ?? 0) + (new?.content?.count ?? 0)
            guard bytes <= byteLimit else {
                throw GitError(.limitExceeded, "merge trees", "the changed files have more than \(byteLimit) bytes")
            }
            proposals.append(FileVersions(path: change.path, old: old, new: new))
        }
        return proposals
    }

    /// The most content that is merged at once, both sides together, in bytes.
    package static let maximumBytes = 256 << 20

    /// The changes as edits of a decoded tree.
    package var edits: [FileEdit] {
        changes.map { change in
            guard let new = change.new else { return FileEdit(path: change.path, change: .remove) }
            let role = change.path.text.flatMap { Layout.role(of: $0) }
            let blob = BlobID(rebinding: new.id)
            if new.mode == .blob, new.content == nil, let path = change.path.text {
                let size = Layout.maximumFileSize + 1
                if let problem = StrayRules.diagnostic(path, size: size) {
                    return FileEdit(path: change.path, change: .refuse(problem))
                }
            }
            let content = role?.isRead == true ? new.content : nil
            return FileEdit(path: change.path, change: .put(new.mode, blob, content: content))
        }
    }

    /// The changes as a commit has them.
    package var files: [CommitDraft.FileEdit] {
        changes.map { change in
            guard let new = change.new else { return CommitDraft.FileEdit(change.path, .removed) }
            guard new.mode == .blob, let content = new.content else {
                return CommitDraft.FileEdit(change.path, .stored(new.mode, new.id))
            }
            return CommitDraft.FileEdit(change.path, .bytes(content))
        }
    }

    /// The changes as a plan, once the tree after them is decoded.
    package func plan(_ tree: StateTree, subject: String, message: String? = nil) -> ChangePlan {
        let files = changes.compactMap { change in change.path.text.map { ($0, change.new.map { $0.content ?? [] }) } }
        let differences = changes.map(\.difference)
        return ChangePlan(
            tree: tree,
            files: Dictionary(files) { first, _ in first },
            differences: differences,
            subject: CommitSubject.refine(subject, differences),
            message: message,
            isMerged: false
        )
    }
}
