import GitTransport
import StateRepo

/// The objects of the repository.
extension Examination {
    /// How much of what git finds wrong is told.
    static let maximumFaults = 20

    /// Reads every object.
    ///
    /// - Parameter hidesPacks: whether the next start makes packs readable that are not now.
    func objects(hidesPacks: Bool) async -> [Finding] {
        guard isReadable else { return [] }
        do {
            let faults = try await distinctFaults()
            guard !faults.isEmpty else { return [Finding(.fine, "objects", "git fsck finds nothing")] }
            guard !hidesPacks else {
                let message = "git fsck tells \(faults.count) times of objects that are missing or damaged"
                return [Finding(.start, "objects", "\(message): look again when the indexes of packs are made anew")]
            }
            let renewed = try renewedRefs(faults)
            let rest = faults.filter { !renewed.contains($0) }
            let journal = try journalObjects()
            let left = rest.filter { !Self.names(journal, in: $0) }
            let time = try isMainReadable(journal) ? "" : " once the head of main can be read"
            let findings = renewed.map { Finding(.start, "objects", "git fsck: \($0); the ref is written anew\(time)") }
            return findings + written(rest.count - left.count) + Self.damaged(left)
        } catch {
            return [Finding(.person, "objects", "they cannot be checked: \(error)")]
        }
    }

    /// What git finds wrong, each once, but for files of objects that the next start removes; whether anything misses those
    /// objects is told by other lines.
    private func distinctFaults() async throws -> [String] {
        let emptied = try emptiedObjects()
        var known: Set<String> = []
        return try await RepositoryUpkeep(repository: folder.repository, programs: programs).faults().filter { fault in
            guard !(fault.hasPrefix("error:") && Self.names(emptied, in: fault)) else { return false }
            return known.insert(fault).inserted
        }
    }

    /// Those whose files the next start removes; none beside a server.
    private func emptiedObjects() throws -> Set<AnyObjectID> {
        guard DirectoryLock.holder(path: folder.lock) == .nobody else { return [] }
        let report = try StaleLocks(
            repository: folder.repository,
            workingTrees: [folder.workingTree],
            sparesOrphans: true
        ).look()
        return Set(report.removed.compactMap(LooseObjects.object(inFile:)))
    }

    /// What is said of refs that a start writes anew.
    private func renewedRefs(_ faults: [String]) throws -> [String] {
        let main = try bringsMain() ? ["\(RefName.main): invalid sha1 pointer", "invalid HEAD"] : []
        let own = [RefName.notes, .releases, .worktree].map { "\($0): invalid sha1 pointer" }
        // The working tree's own HEAD names its branch.
        let isBranchLost = faults.contains { $0.contains("\(RefName.worktree): invalid sha1 pointer") }
        let marks = own + main + (isBranchLost ? ["invalid worktrees/state/HEAD"] : [])
        return faults.filter { fault in marks.contains { fault.contains($0) } }
    }

    /// Whether a start reads the head of `main`, or writes it from the journal.
    private func isMainReadable(_ journal: Set<AnyObjectID>) throws -> Bool {
        guard try !bringsMain() else { return true }
        do throws(GitError) {
            let repository = try GitRepository(openingBareAt: folder.repository)
            guard let head = try repository.target(of: .main) else { return false }
            _ = try repository.readTree(repository.readCommit(head).tree)
            return true
        } catch {
            // The journal may have what is damaged.
            guard let object = error.object else { return false }
            return journal.contains(object)
        }
    }

    private func written(_ count: Int) -> [Finding] {
        guard count > 0 else { return [] }
        let message = "git fsck tells \(count) times of objects that the journal has, as after a power cut"
        return [Finding(.start, "objects", "\(message): they are written again")]
    }

    private static func damaged(_ faults: [String]) -> [Finding] {
        guard !faults.isEmpty else { return [] }
        let shown = faults.prefix(maximumFaults).map { Finding(.person, "objects", "git fsck: \($0)") }
        let remedy = "put objects back from a clone (git unpack-objects) or restore a backup"
        return shown + [Finding(.person, "objects", "\(faults.count) faults: \(remedy)")]
    }

    /// What the next start writes, whatever became of it; nothing beside a server, which has it in memory.
    func journalObjects() throws -> Set<AnyObjectID> {
        guard DirectoryLock.holder(path: folder.lock) == .nobody else { return [] }
        return try JournalRecovery(repositoryAt: folder.repository).objects()
    }

    /// Whether a text names one of the objects, by its hash or by the path of its file.
    static func names(_ objects: Set<AnyObjectID>, in text: String) -> Bool {
        guard !objects.isEmpty else { return false }
        return text.split { !$0.isHexDigit && $0 != "/" }.contains { word in
            let parts = word.split(separator: "/").suffix(2)
            let isPath = parts.count == 2 && parts.first?.count == 2
            let hash = isPath ? parts.joined() : parts.last.map(String.init) ?? ""
            return AnyObjectID(hash).map(objects.contains) ?? false
        }
    }
}
