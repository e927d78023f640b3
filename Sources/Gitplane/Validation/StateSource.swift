import Foundation
import StateRepo

/// What `gitplane validate` is asked about: a decoded tree and what is known around it.
struct StateSource {
    let tree: StateTree
    /// Every path of the tree.
    let paths: [EntryPath]
    /// `nil` when the ledger of releases is not at hand.
    let ledger: ReleaseLedger?

    /// Reads a folder as it stands.
    ///
    /// In a clone these are the files that `git add --all` would take, and tracked ones that it would ignore.
    /// - Parameter path: absolute; a folder that holds `state/`, or any folder of a clone that does.
    /// - Throws: ``CommandFailure`` when there is no `state/`.
    static func folder(_ path: String, rules: StateRules) throws -> StateSource {
        do {
            return try workingTree(GitCheckout(around: path), path, rules: rules)
        } catch let error as GitError where error.code == .notFound {
            return try plainFolder(path, rules: rules)
        }
    }

    private static func workingTree(
        _ clone: borrowing GitCheckout,
        _ path: String,
        rules: StateRules
    ) throws -> StateSource {
        guard let root = clone.workingDirectory(), root == path || !holdsState(path) else {
            return try plainFolder(path, rules: rules)
        }
        guard holdsState(root) else { throw noState(root) }
        let tracked = Set(try clone.stagedFiles().map(\.path))
        let edits = try FolderReader(root: root).read { (file) throws(GitError) in
            guard !tracked.contains(file) else { return true }
            return try !clone.ignores(file)
        }
        let repository = try GitRepository(openingBareAt: clone.commonDirectory())
        let tree = try StateTree.empty.applying(edits, decoder: rules.decoder) { tree, id in
            try StateLoader.definition(tree, of: id, in: repository)
        }
        return StateSource(tree: tree, paths: edits.map(\.path), ledger: try ledger(in: repository))
    }

    /// Reads the tree of a commit.
    ///
    /// - Parameters:
    ///   - revision: a full commit id or the name of a branch.
    ///   - path: absolute; a bare repository, or any folder of a clone.
    /// - Throws: ``CommandFailure`` when there is no such repository or commit.
    static func revision(_ revision: String, at path: String, rules: StateRules) throws -> StateSource {
        let directory: String
        do {
            directory = try GitCheckout(around: path).commonDirectory()
        } catch {
            guard error.code == .notFound else { throw error }
            throw CommandFailure(.usage, "\(path) is not a git repository")
        }
        let repository = try GitRepository(openingBareAt: directory)
        let target: CommitID?
        if let id = CommitID(revision) {
            target = repository.contains(id) ? id : nil
        } else {
            target =
                try RefName(branch: revision).map { (ref) throws(GitError) in try repository.target(of: ref) } ?? nil
        }
        guard let target else {
            let hint = "name a branch, or a commit by all 40 digits of its id"
            throw CommandFailure(.usage, "there is no commit or branch \"\(revision)\" (\(hint))")
        }
        let root = try repository.readCommit(target).tree
        let tree = try StateLoader(decoder: rules.decoder).load(root, in: repository)
        var paths: [EntryPath] = []
        let limits = TreeDiffLimits(changes: StateLoader.maximumChanges)
        try repository.diff(from: nil, to: root, limits: limits) { (change) throws(GitError) in
            paths.append(change.path)
        }
        return StateSource(tree: tree, paths: paths, ledger: try ledger(in: repository))
    }

    private static func plainFolder(_ path: String, rules: StateRules) throws -> StateSource {
        guard holdsState(path) else { throw noState(path) }
        let edits = try FolderReader(root: path).read { _ in true }
        let tree = try StateTree.empty.applying(edits, decoder: rules.decoder) { _, _ in nil }
        return StateSource(tree: tree, paths: edits.map(\.path), ledger: nil)
    }

    private static func ledger(in repository: borrowing GitRepository) throws -> ReleaseLedger? {
        guard try repository.target(of: .releases) != nil else { return nil }
        return try LedgerRef(identity: ServerIdentity(instance: "")).load(from: repository)
    }

    private static func holdsState(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: "\(path)/state", isDirectory: &isDirectory)
            && isDirectory.boolValue
    }

    private static func noState(_ path: String) -> CommandFailure {
        CommandFailure(.usage, "\(path) holds no folder state/ (name the root of a checkout of the state repository)")
    }
}
