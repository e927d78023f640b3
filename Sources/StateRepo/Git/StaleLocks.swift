package import Foundation

/// Removes what a killed git or server leaves in a repository: lock files, which would block writers for ever, and
/// unfinished objects; and what a power cut leaves of objects, where that is an empty file (``LooseObjects/object(inFile:)``).
///
/// Meant for the start of a server that holds the ``DirectoryLock``. Something is stale when no process has it open and no
/// git process works in the repository: git closes a lock file before it renames it, so an open file alone proves nothing.
/// A branch's lock with the mark of a server is one of a server that is gone.
/// Processes of other users cannot be looked into; they have no business in the directory.
package struct StaleLocks: Sendable {
    /// What a removal did, as paths relative to the repository, in order.
    package struct Report: Hashable, Sendable {
        package let removed: [String]
        /// Left alone because a process uses it.
        package let inUse: [String]

        package init(removed: [String], inUse: [String]) {
            self.removed = removed
            self.inUse = inUse
        }
    }

    private let repository: String
    private let workingTrees: [String]
    private let processes: ProcessTable
    private let sparesOrphans: Bool

    /// - Parameters:
    ///   - repository: the absolute path of the bare repository.
    ///   - workingTrees: the absolute paths of directories whose git commands use that repository.
    ///   - sparesOrphans: whether an ``OrphanedGit`` counts for nothing, because a start ends it first.
    package init(
        repository: String,
        workingTrees: [String] = [],
        processes: ProcessTable = ProcessTable(),
        sparesOrphans: Bool = false
    ) {
        self.sparesOrphans = sparesOrphans
        self.repository = Self.resolve(repository)
        self.workingTrees = workingTrees.map(Self.resolve)
        self.processes = processes
    }

    /// Removes what is stale; does nothing when there is nothing.
    package func remove() throws -> Report { try remove(try look()) }

    /// Removes what a command of maintenance that was killed has left since `time`, beside a server and others that work.
    ///
    /// Only packs and graphs of commits that are not finished, and their locks: a writer of the server has none of these open
    /// for longer than it takes to write one, and gives them names that are left out here.
    package func removeUnfinishedUpkeep(since time: Date) throws -> Report {
        let candidates = try (upkeepLocks() + unfinishedGraphs() + unfinishedPacks())
            .filter { !isWriters($0) && wasModified($0, since: time) }
        return try remove(try judge(candidates.sorted()))
    }

    /// What ``remove()`` would do now.
    package func look() throws -> Report { try judge(try candidates().sorted()) }

    /// What is gone meanwhile was finished, or removed by whoever made it.
    private func remove(_ report: Report) throws -> Report {
        for candidate in report.removed where exists(candidate) {
            try FileManager.default.removeItem(atPath: "\(repository)/\(candidate)")
        }
        return report
    }

    private func judge(_ candidates: [String]) throws -> Report {
        guard !candidates.isEmpty else { return Report(removed: [], inUse: []) }
        let directories = [repository] + workingTrees
        guard !processes.isGitWorking(in: directories, sparesOrphans: sparesOrphans) else {
            let own = candidates.filter(isMarked)
            return Report(removed: own, inUse: candidates.filter { !own.contains($0) })
        }
        let open = processes.openFiles(under: repository, sparesOrphans: sparesOrphans)
        let inUse = candidates.filter { candidate in
            let path = "\(repository)/\(candidate)"
            return open.contains { $0 == path || $0.hasPrefix(path + "/") }
        }
        let removed = candidates.filter { !inUse.contains($0) }
        return Report(removed: removed, inUse: inUse)
    }

    private func isMarked(_ candidate: String) -> Bool {
        guard candidate.hasPrefix("refs/heads/") else { return false }
        // What cannot be read is left to git.
        return BranchLock.hasMark("\(repository)/\(candidate)") ?? false
    }

    private func candidates() throws -> [String] {
        let roots = ["HEAD.lock", "config.lock", "packed-refs.lock", "packed-refs.new", "shallow.lock"]
        let top = try names(in: "").filter(roots.contains)
        let worktrees = try names(in: "worktrees").flatMap {
            ["worktrees/\($0)/index.lock", "worktrees/\($0)/HEAD.lock"]
        }
        return try top + worktrees.filter(exists) + files(under: "refs", named: { $0.hasSuffix(".lock") })
            + upkeepLocks() + unfinishedGraphs() + unfinishedPacks() + unfinishedObjects()
    }

    /// Locks of what packs and cleans; `gc.pid` is not among them, because git itself sees whether its process is gone.
    private func upkeepLocks() -> [String] {
        [
            "gc.pid.lock", "objects/info/commit-graph.lock", "objects/info/commit-graphs/commit-graph-chain.lock",
            "objects/maintenance.lock", "objects/pack/multi-pack-index.lock",
        ].filter(exists)
    }

    private func unfinishedGraphs() throws -> [String] {
        try ["objects/info", "objects/info/commit-graphs"].flatMap { folder in
            try names(in: folder).filter { $0.hasPrefix("tmp_graph_") }.map { "\(folder)/\($0)" }
        }
    }

    /// Temporary names of git and libgit2 among the packs.
    private func unfinishedPacks() throws -> [String] {
        let prefixes = ["tmp_", ".tmp-", "pack_git2_"]
        return try names(in: "objects/pack").filter { file in prefixes.contains { file.hasPrefix($0) } }
            .map { "objects/pack/\($0)" }
    }

    /// Whether the writer of a server, or libgit2, makes files of that name.
    private func isWriters(_ candidate: String) -> Bool {
        let name = candidate.split(separator: "/").last ?? ""
        return name.hasPrefix("pack_git2_") || name.hasPrefix("tmp_pack_") && name.utf8.count == "tmp_pack_".count + 40
    }

    private func wasModified(_ path: String, since time: Date) -> Bool {
        // A file that is gone meanwhile is no candidate, for whatever reason.
        let attributes = try? FileManager.default.attributesOfItem(atPath: "\(repository)/\(path)")
        return (attributes?[.modificationDate] as? Date).map { $0 >= time } ?? false
    }

    /// Temporary names of git and libgit2: directly in `objects` and in the fan-out directories; there also empty files.
    private func unfinishedObjects() throws -> [String] {
        try names(in: "objects").flatMap { name -> [String] in
            let path = "objects/\(name)"
            if name.hasPrefix("tmp_object_git2_") || name.hasPrefix("tmp_objdir-") || name.hasPrefix("tmp_obj_") {
                return [path]
            }
            guard name.utf8.count == 2 else { return [] }
            return try names(in: path).map { "\(path)/\($0)" }.filter { file in
                let isObject = LooseObjects.object(inFile: file) != nil
                return isObject ? FileSystem.isEmptyFile("\(repository)/\(file)") : file.hasPrefix("\(path)/tmp_")
            }
        }
    }

    private func files(under directory: String, named matches: (String) -> Bool) throws -> [String] {
        try names(in: directory).flatMap { name -> [String] in
            let path = "\(directory)/\(name)"
            return try isDirectory(path) ? files(under: path, named: matches) : matches(name) ? [path] : []
        }
    }

    private func names(in directory: String) throws -> [String] {
        let path = "\(repository)/\(directory)"
        guard directory.isEmpty || isDirectory(directory) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: path)
    }

    private func exists(_ path: String) -> Bool { attribute(of: path) != nil }

    private func isDirectory(_ path: String) -> Bool { attribute(of: path) == .typeDirectory }

    /// The type of what stands at the path itself: symbolic links are not followed.
    private func attribute(of path: String) -> FileAttributeType? {
        // A file that is gone meanwhile is no candidate, for whatever reason.
        try? FileManager.default.attributesOfItem(atPath: "\(repository)/\(path)")[.type] as? FileAttributeType
    }

    private static func resolve(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path }
}
