import StateRepo

/// What was published, and what `main` has lost.
extension Examination {
    func ledger(_ repository: borrowing GitRepository) throws -> [Finding] {
        do throws(GitError) {
            return try LedgerRef.faults(in: repository).map { Finding(.person, "ledger", "\($0)") }
        } catch {
            guard error.isDamage || error.code == .corrupt else { throw error }
            let message = "it cannot be read (\(error.message)): it is made again from the history"
            return [Finding(.start, "ledger", message)]
        }
    }

    /// What the head publishes and the ledger does not have: a crash came between the two, or the ledger was lost.
    func missingReleases(_ tree: StateTree, _ repository: borrowing GitRepository) throws -> [Finding] {
        let ledger = try LedgerRef(identity: ServerIdentity(instance: "")).load(from: repository)
        let missing = tree.releases.compactMap { id, release -> String? in
            // What is not kept is no version, and is told as a fault of the state.
            guard release.pinned != nil, let version = release.facts?.version,
                ledger.entry(of: id, version: version) == nil
            else { return nil }
            return "version \(version) of \(id)"
        }
        guard let first = missing.min() else { return [] }
        let what = missing.count == 1 ? first : "\(first) and \(missing.count - 1) others"
        return [Finding(.start, "ledger", "it lacks \(what): what it lacks is added from the history")]
    }

    /// Whether `main` has, or gets at the next start, the newest commit that it is known to have had.
    func lostCommits() throws -> [Finding] {
        guard isReadable, let known = try indexedHead() else { return [] }
        let recovery = JournalRecovery(repositoryAt: folder.repository)
        guard try !recovery.objects().contains(AnyObjectID(rebinding: known)) else { return [] }
        let repository = try GitRepository(openingBareAt: folder.repository)
        let target: CommitID?
        // A branch that cannot be read is told elsewhere.
        do { target = try repository.target(of: .main) } catch { return [] }
        guard let main = target else { return [] }
        guard repository.contains(known) else {
            // It may be in a pack that nobody finds anything in.
            guard try PackIndexes(repositoryAt: folder.repository).faulty(isQuiet: true).isEmpty else { return [] }
            let remedy = "compare what was answered last with a clone or a backup"
            return [Finding(.person, "main", "it had \(known), of which nothing is left: \(remedy)")]
        }
        // What the journal brings to main was built on what it had.
        switch try recovery.forecast() {
        case .recovered, .broughtBack: return []
        case .nothing, .diverged: break
        }
        // So is a damaged commit.
        do { guard try !repository.isAncestor(known, of: main) else { return [] } } catch { return [] }
        let message = "it had \(known), and was moved to \(main)"
        return [Finding(.start, "main", "\(message): what it lost is kept below refs/gitplane/lost")]
    }
}
