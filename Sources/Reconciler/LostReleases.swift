import StateRepo

/// Finds commits with releases that `main` has lost: a number that one of them gave out is given to nobody else, also when the
/// ledger is lost as well (contract, section 3).
struct LostReleases {
    let index: any HistoryIndexing
    let scanner: HistoryScanner

    /// Those below the tips that are kept, oldest tip first; their numbers count on from where a line leaves `main`, and begin
    /// anew where it leaves another line.
    ///
    /// A tip whose line cannot be read is left out: what is lost does not keep a server from its start.
    func commits(in repository: borrowing GitRepository) throws -> [HistoryEntry] {
        var seen: Set<CommitID> = []
        var entries: [HistoryEntry] = []
        for tip in try LostTips().all(in: repository) {
            do {
                let line = try line(to: CommitID(rebinding: tip.target), after: seen, in: repository)
                seen.formUnion(line.commits)
                entries += try releases(line, in: repository)
            } catch let error as GitError where error.isOfContent {
                continue
            }
        }
        return entries
    }

    /// Whether a tip that is kept shows a version that is beyond those of the ledger, so that this one was moved back.
    func areBeyond(_ ledger: ReleaseLedger, in repository: borrowing GitRepository) throws(GitError) -> Bool {
        guard let place = EntryPath("state/releases") else { return false }
        // Most tips have the same ones as the next.
        var seen: Set<AnyObjectID> = []
        for tip in try LostTips().all(in: repository) {
            do {
                let tree = try repository.readCommit(CommitID(rebinding: tip.target)).tree
                guard let releases = try repository.lookUp(place, in: tree), seen.insert(releases.id).inserted else {
                    continue
                }
                for file in try StateLoader.files(at: "state/releases", in: tree, of: repository) {
                    guard case .release(let id) = Layout.role(of: file.path), let facts = ReleaseFacts(parsing: file)
                    else { continue }
                    if facts.version > ledger.highestVersion(of: id) { return true }
                }
            } catch {
                guard error.isOfContent else { throw error }
                continue
            }
        }
        return false
    }

    /// Commits that `main` does not have.
    private struct Line {
        /// Oldest first.
        var commits: [CommitID] = []
        /// What the first of them was built on; `nil` for nothing.
        var base: CommitID?
    }

    private func line(
        to tip: CommitID,
        after seen: Set<CommitID>,
        in repository: borrowing GitRepository
    ) throws -> Line {
        var line = Line()
        var failure: (any Error)?
        try repository.firstParentWalk(from: tip) { (commit) throws(GitError) in
            do {
                guard try !seen.contains(commit.id) && index.entry(commit.id) == nil else {
                    line.base = commit.id
                    return .stop
                }
            } catch {
                failure = error
                return .stop
            }
            line.commits.append(commit.id)
            return .continue
        }
        if let failure { throw failure }
        line.commits.reverse()
        return line
    }

    private func releases(_ line: Line, in repository: borrowing GitRepository) throws -> [HistoryEntry] {
        let reading = HistoryReading()
        var previous = try line.base.flatMap(index.entry)
        var before = try line.base.map { base in try repository.readCommit(base).tree }
        var entries: [HistoryEntry] = []
        for start in stride(from: 0, to: line.commits.count, by: reading.batch) {
            let batch = Array(line.commits[start...].prefix(reading.batch))
            for read in try reading.read(batch, before: before, in: repository) {
                let entry = scanner.entry(read.commit, paths: read.paths, after: previous)
                if entry.resources.contains(where: \.isRelease) { entries.append(entry) }
                (previous, before) = (entry, read.commit.tree)
            }
        }
        return entries
    }
}

extension GitError {
    /// Whether it is what stands there that fails, and not the disk.
    fileprivate var isOfContent: Bool { isDamage || [.corrupt, .invalid, .limitExceeded].contains(code) }
}

extension ResourceName {
    fileprivate var isRelease: Bool { if case .release = self { true } else { false } }
}
