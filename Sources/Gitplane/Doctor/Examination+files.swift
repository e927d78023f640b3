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

    /// Packs whose objects nobody finds.
    ///
    /// - Returns: what is to be said of them, and whether a start makes some readable that are not now.
    func packIndexes(besideServer: Bool) throws -> (findings: [Finding], hidesPacks: Bool) {
        guard isReadable else { return ([], false) }
        let indexes = PackIndexes(repositoryAt: folder.repository)
        let renewed = besideServer ? [] : try JournalRecovery(repositoryAt: folder.repository).packs()
        var (findings, hidesPacks): ([Finding], Bool) = ([], false)
        for pack in try indexes.faulty(isQuiet: !besideServer) {
            let fault = "its index (.idx) is damaged or missing"
            func note(_ concern: Finding.Concern, _ message: String) {
                findings.append(Finding(concern, "state.git/\(pack)", message))
            }
            if renewed.contains(pack) {
                note(.start, "\(fault): the journal has what is in it, which is written anew")
            } else if try indexes.isEmpty(pack) {
                note(.start, "nothing is in it: a start, or maintenance, removes it")
            } else if try indexes.canBeMade(pack) {
                let remedy = "a start, or maintenance, makes it anew, and what it hides can be looked at then"
                note(.start, "\(fault): \(remedy)")
                hidesPacks = true
            } else {
                let remedy = "put both back from a backup, or move them away when git fsck misses nothing"
                let problem =
                    exists("\(folder.repository)/\(pack)")
                    ? "it or its index (.idx) is damaged, and none can be made of it"
                    : "it is gone, and its index (.idx) is not"
                note(.person, "\(problem): \(remedy)")
            }
        }
        return (findings, hidesPacks)
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
