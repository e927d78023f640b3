import StateRepo

/// Files of the repository that are made of others.
extension Examination {
    /// What git makes of its packs and commits to be faster.
    func damagedTables() throws -> [Finding] {
        guard isReadable else { return [] }
        return try DerivedFiles(repositoryAt: folder.repository).damaged().map { name in
            let message = "it is damaged: it is removed, and git makes it anew"
            let rest = name == DerivedFiles.packTable ? "; what is in the repository can be looked at then" : ""
            return Finding(.start, "state.git/\(name)", message + rest)
        }
    }

    /// Packs whose objects nobody finds until their index is made again.
    func packIndexes(besideServer: Bool) throws -> [Finding] {
        guard isReadable else { return [] }
        let indexes = PackIndexes(repositoryAt: folder.repository)
        let renewed = besideServer ? [] : try JournalRecovery(repositoryAt: folder.repository).packs()
        return try indexes.faulty(isQuiet: !besideServer).map { pack in
            let message = "its index (.idx) is damaged or missing"
            guard try !indexes.isWhole(pack), try !indexes.isEmpty(pack), !renewed.contains(pack) else {
                let remedy = "a start, or maintenance, makes it anew, and what it hides can be looked at then"
                return Finding(.start, "state.git/\(pack)", "\(message): \(remedy)")
            }
            let remedy = "put both back from a backup, or move it away when git fsck misses nothing"
            return Finding(.person, "state.git/\(pack)", "\(message), and so is the pack: \(remedy)")
        }
    }

    func workingTree() throws -> [Finding] {
        let tree = WorkingTreeFolder(root: folder.workingTree, repository: folder.repository)
        if tree.isReplaced {
            let message = "something else is in its place, and no server writes there"
            return [Finding(.person, "state", "\(message): move it away")]
        }
        // Where neither is there, no server has kept one.
        if tree.isBegun, !tree.isLinked {
            let message = "it and state.git/worktrees do not name each other, or one of them is gone"
            let remedy = "what is missing is made again, unless the server keeps no working tree"
            return [Finding(.start, "state", "\(message): \(remedy)")]
        }
        guard try tree.hasDamagedIndex() else { return [] }
        let message = "it is damaged: it is kept beside, and made anew; what was staged is to be staged again"
        return [Finding(.start, "state.git/worktrees/state/index", message)]
    }
}
