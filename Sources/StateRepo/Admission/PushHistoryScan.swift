import Documents

/// Looks for what must never enter the history, in every commit that a push brings (contract, section 6).
///
/// A later commit that removes it again does not help: whoever clones has it.
struct PushHistoryScan {
    /// The most parents a commit may have.
    static let maximumParents = 16

    /// A commit, without its message.
    struct Commit: Sendable {
        let id: CommitID
        let tree: TreeID
        let parents: [CommitID]
    }

    let identity: ServerIdentity
    let keys: KeyScan
    /// The commit whose findings are those of the result.
    let tip: CommitID
    /// How many changed paths may still be looked at.
    private(set) var budget: Int
    private var trees: [CommitID: TreeID] = [:]

    init(tip: CommitID, identity: ServerIdentity, keys: KeyScan, maximumChanges: Int) {
        self.tip = tip
        self.identity = identity
        self.keys = keys
        self.budget = maximumChanges
    }

    /// Looks at one commit: who made it, its message, and what it adds to what its parents have.
    mutating func scan(
        _ id: CommitID,
        in repository: borrowing GitRepository,
        _ report: inout PushReport
    ) throws(GitError) -> Commit {
        let commit = try repository.readCommit(id)
        trees[id] = commit.tree
        if identity.isCommitter(of: commit) {
            let message = "its committer is \(identity.email), which only the server itself is"
            let hint = "commit with an identity of your own: git rebase --force-rebase rewrites it"
            report.refuse(Diagnostic(.error, "push.forged_committer", file: Self.name(id), message, hint: hint))
        }
        scan(text: commit.messageBytes, named: Self.name(id), &report)
        guard commit.parents.count <= Self.maximumParents else {
            let message = "it merges \(commit.parents.count) commits; at most \(Self.maximumParents) are allowed"
            report.refuse(Diagnostic(.error, "push.too_many_parents", file: Self.name(id), message))
            return Commit(id: id, tree: commit.tree, parents: commit.parents)
        }
        var collisions = TreeCollisions(root: commit.tree)
        for change in try introduced(by: commit, in: repository) {
            var findings = try findings(change, in: repository)
            if change.old == nil, let collision = try collisions.diagnostic(change.path, in: repository) {
                findings.append(collision)
            }
            for finding in findings { report.refuse(finding, in: id == tip ? nil : id) }
        }
        return Commit(id: id, tree: commit.tree, parents: commit.parents)
    }

    /// Looks for keys in the message of a commit or tag.
    func scan(text: [UInt8], named name: String, _ report: inout PushReport) {
        let file = StateFile(path: name, blob: .zero, content: text)
        for finding in keys.diagnostics(of: file) { report.refuse(finding) }
    }

    static func name(_ id: CommitID) -> String { "commit \(id.description.prefix(12))" }

    /// Entries of the commit that no parent has at their paths.
    private mutating func introduced(
        by commit: GitCommit,
        in repository: borrowing GitRepository
    ) throws(GitError) -> [TreeChange] {
        var changes = try changes(from: commit.parents.first, to: commit.tree, in: repository)
        for parent in commit.parents.dropFirst() where !changes.isEmpty {
            let paths = Set(try self.changes(from: parent, to: commit.tree, in: repository).map(\.path))
            changes.removeAll { !paths.contains($0.path) }
        }
        return changes
    }

    private mutating func changes(
        from parent: CommitID?,
        to tree: TreeID,
        in repository: borrowing GitRepository
    ) throws(GitError) -> [TreeChange] {
        var base: TreeID?
        if let parent {
            base = trees[parent]
            if base == nil { base = try repository.readCommit(parent).tree }
            trees[parent] = base
        }
        let changes = try repository.changes(from: base, to: tree, limits: TreeDiffLimits(changes: budget))
        budget -= changes.count
        return changes
    }

    private func findings(_ change: TreeChange, in repository: borrowing GitRepository) throws(GitError) -> [Diagnostic]
    {
        guard let entry = change.new else { return [] }
        if let stray = StrayRules.diagnostic(change.path, mode: entry.mode),
            StrayRules.permanentCodes.contains(stray.code)
        {
            return [stray]
        }
        guard let blob = entry.blobID, let path = change.path.text else { return [] }
        let size = try repository.blobSize(blob)
        if let problem = StrayRules.diagnostic(path, size: size) { return [problem] }
        let content = try repository.readBlob(blob, maximum: Layout.maximumFileSize)
        let attributes =
            AttributeRules.applies(to: path) ? AttributeRules.diagnostics(path: path, content: content) : []
        return attributes + keys.diagnostics(of: StateFile(path: path, blob: blob, content: content))
    }
}
