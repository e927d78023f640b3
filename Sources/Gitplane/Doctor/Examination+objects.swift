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
            let faults = try await RepositoryUpkeep(repository: folder.repository, programs: programs).faults()
            guard !faults.isEmpty else { return [Finding(.fine, "objects", "git fsck finds nothing")] }
            guard !hidesPacks else {
                let message = "git fsck tells \(faults.count) times of objects that are missing or damaged"
                return [Finding(.start, "objects", "\(message): look again when the indexes of packs are made anew")]
            }
            // A start makes these again.
            let main = try bringsMain() ? ["\(RefName.main): invalid sha1 pointer", "invalid HEAD"] : []
            let marks = [RefName.notes, .releases, .worktree].map { "\($0): invalid sha1 pointer" } + main
            let renewed = faults.filter { fault in marks.contains { fault.contains($0) } }
            let rest = faults.filter { !renewed.contains($0) }
            let journal = try journalObjects()
            let left = rest.filter { !Self.names(journal, in: $0) }
            let findings = renewed.map { Finding(.start, "objects", "git fsck: \($0); the ref is written anew") }
            return findings + written(rest.count - left.count) + Self.damaged(left)
        } catch {
            return [Finding(.person, "objects", "they cannot be checked: \(error)")]
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
