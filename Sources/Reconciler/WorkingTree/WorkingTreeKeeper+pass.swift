import Documents
import Logging
import StateRepo

extension WorkingTreeKeeper {
    /// How long a git command in the folder is waited for before the folder is brought up to `main` beside it.
    private static let patienceWithGit = Duration.seconds(5)

    /// How many commits that are not part of `main` are looked through for the oldest.
    static let maximumLine = 20_000

    /// One pass: commits, edits, projection.
    func run(_ depth: Depth) async throws {
        guard var main = publisher.snapshots.latest?.revision else {
            report.isWaiting = true
            return
        }
        try await publisher.seal()
        guard !tree.folder.isReplaced else {
            report.isWaiting = true
            return report.set(.replaced, "a link or a file is in the place of the working tree: move it away")
        }
        if try tree.needsRecovery() { try recover(main) }
        guard let head = try branch() else { return try recreate(main) }
        report.revision = head
        let root = try repository.readCommit(head).tree
        if let activity = try tree.activity(at: root) {
            guard activity == .staged, try catchUp(head, main) else { return report.set(activity) }
            return
        }
        // What is known of edits is only as good as the last look.
        if depth == .everything || !found.edits.isEmpty, configuration.mode != .off { try look() }
        try recall(head, main)
        if try !repository.isAncestor(head, of: main), try !isLost(head) {
            repeat {
                // One that adds nothing would go on for ever.
                guard let merged = try await merge(try step(to: head, main), main), merged != main else { return }
                main = merged
            } while try !repository.isAncestor(head, of: main)
        }
        if configuration.mode != .off { main = try await takeEdits(head, root, main) }
        if head != main { try project(head, main) }
    }

    private func recover(_ main: CommitID) throws {
        if try tree.folder.hasDamagedIndex() {
            let kept = tree.folder.damagedIndex
            logger.warning("index of the working tree is damaged: it is made anew", metadata: ["kept": "\(kept)"])
        }
        try tree.recover(main: main, in: repository)
    }

    private func look() throws {
        found = try tree.edits()
        memory.note(found, at: configuration.elapsed())
    }

    /// How far the commits up to `head` can be merged in one go: as many as one push may bring, the oldest first.
    private func step(to head: CommitID, _ main: CommitID) throws -> CommitID {
        guard let new = try newCommits(to: head, main) else { return head }
        // Behind a merge of main, the line goes on with what main has had for long.
        var line: [CommitID] = []
        try repository.firstParentWalk(from: head) { (commit) throws(GitError) in
            guard new.contains(commit.id) else { return .stop }
            line.append(commit.id)
            return .continue
        }
        guard line.count > PushReview.maximumCommits else { return head }
        return line[line.count - PushReview.maximumCommits]
    }

    /// What `main` does not have; `nil` when that is too much.
    private func newCommits(to head: CommitID, _ main: CommitID) throws(GitError) -> Set<CommitID>? {
        do throws(GitError) {
            return Set(try repository.newCommits(from: head, excluding: [main], maximum: Self.maximumLine))
        } catch {
            guard error.code == .limitExceeded else { throw error }
            return nil
        }
    }

    /// Asks for the commits of the branch to be merged.
    ///
    /// - Returns: the head of `main` then; `nil` when they are refused.
    private func merge(_ tip: CommitID, _ main: CommitID) async throws -> CommitID? {
        if let refusal, refusal.subject == .commits(tip), refusal.main == main {
            refuse(refusal)
            return nil
        }
        let proposal = WorkingTreeProposal(
            .commits(tip),
            principal: configuration.principal,
            author: try author(of: tip)
        )
        let outcome = try await publisher.adopt(proposal)
        guard try repository.isAncestor(tip, of: outcome.snapshot.revision) else {
            let refusal = Refusal(
                subject: .commits(tip),
                main: outcome.snapshot.revision,
                diagnostics: outcome.diagnostics
            )
            self.refusal = refusal
            refuse(refusal)
            return nil
        }
        logger.info("merged commits of the working tree", metadata: ["revision": "\(outcome.snapshot.revision)"])
        return outcome.snapshot.revision
    }

    private func author(of tip: CommitID) throws -> CheckoutUser {
        let author = try repository.readCommit(tip).author
        guard let user = CheckoutUser(name: author.name, email: author.email) else { return try self.author() }
        return user
    }

    private func author() throws -> CheckoutUser {
        try tree.user() ?? CheckoutUser.workingTree(of: configuration.identity)
    }

    private func refuse(_ refusal: Refusal) {
        report.diagnostics += refusal.diagnostics
        switch refusal.subject {
        case .commits:
            report.set(
                .commitsRefused,
                "commits of the working tree are not part of main: the diagnostics say why; commit what mends it there"
            )
        case .edits:
            report.set(
                .editsRefused,
                "edits in the working tree are not part of main: the diagnostics say why; they are kept as they are"
            )
        }
    }

    /// Asks for the edits that have rested to become part of `main`.
    ///
    /// - Returns: the head of `main` then.
    private func takeEdits(_ head: CommitID, _ root: TreeID, _ main: CommitID) async throws -> CommitID {
        var refused = found.edits.compactMap { edit -> Diagnostic? in
            if case .refused(let finding) = edit.content { finding } else { nil }
        }
        let time = configuration.elapsed()
        let ready = memory.ready(at: time, quiet: configuration.quiet)
        if memory.isWaiting(at: time, quiet: configuration.quiet) { report.isWaiting = true }
        var files: [FileVersions] = []
        var marks: [EntryPath: FileStamp?] = [:]
        for edit in found.edits where ready.contains(edit.path) {
            guard let file = try version(of: edit, root) else { continue }
            files.append(file)
            marks[edit.path] = edit.stamp
        }
        files.removeAll(where: isHeldUp)
        if let finding = massRemoval(files) {
            refused.append(finding)
            files.removeAll { $0.new == nil }
        }
        report.diagnostics += refused
        var main = main
        if !files.isEmpty { main = try await take(files, marks, main) }
        if !refused.isEmpty {
            report.set(.editsRefused, "files in the working tree cannot become part of main: the diagnostics say why")
        } else if report.isWaiting {
            report.set(.editsPending, "edits in the working tree wait until they have rested")
        }
        return main
    }

    private func take(
        _ files: [FileVersions],
        _ marks: [EntryPath: FileStamp?],
        _ main: CommitID
    ) async throws -> CommitID {
        if let refusal, refusal.subject == .edits(marks), refusal.main == main {
            refuse(refusal)
            return main
        }
        let isAdopting = configuration.mode == .adopt
        let outcome = try await publisher.adopt(
            WorkingTreeProposal(
                .edits(files),
                mode: isAdopting ? .commit : .dryRun,
                principal: configuration.principal,
                author: try author()
            )
        )
        memory.take(files, outcome.taken)
        if outcome.snapshot.revision != main, !outcome.taken.isEmpty {
            logger.info("took edits over", metadata: ["revision": "\(outcome.snapshot.revision)"])
        }
        let errors = outcome.diagnostics.filter { $0.severity == .error }
        if !errors.isEmpty {
            let refusal = Refusal(
                subject: .edits(marks),
                main: outcome.snapshot.revision,
                diagnostics: outcome.diagnostics
            )
            self.refusal = refusal
            refuse(refusal)
        } else if !isAdopting {
            report.diagnostics += outcome.diagnostics
            report.set(.editsReported, "there are edits in the working tree; this server only reports them")
        }
        return outcome.snapshot.revision
    }

    /// Whether a file belongs to one that cannot become part of `main`, or was replaced by such a one with its folder:
    /// what belongs together goes together or not at all.
    private func isHeldUp(_ file: FileVersions) -> Bool {
        let path = file.path.description
        return found.edits.contains { edit in
            guard case .refused = edit.content else { return false }
            let refused = edit.path.description
            return path.utf8.starts(with: "\(refused)/".utf8)
                || EditGroups.name(of: refused).hasSameBytes(as: EditGroups.name(of: path))
        }
    }

    /// What an edit started from and what it is; `nil` when it is refused, or part of `main` already.
    private func version(of edit: WorkingTreeEdit, _ root: TreeID) throws -> FileVersions? {
        guard let file = try Self.versions(of: edit, in: root, repository) else { return nil }
        guard let base = memory.base(of: edit.path) else { return file }
        return base?.id == file.new?.id ? nil : FileVersions(path: file.path, old: base, new: file.new)
    }

    /// A folder that was emptied, unmounted or is being removed is no wish to delete everything.
    private func massRemoval(_ files: [FileVersions]) -> Diagnostic? {
        let count = files.count { $0.new == nil }
        guard count > Self.maximumRemovals, count * 2 > found.trackedCount else { return nil }
        return Diagnostic(
            .error,
            "worktree.mass_removal",
            file: "state",
            "\(count) of \(found.trackedCount) files are gone from the working tree",
            hint: "git restore . brings them back; git commit -a makes their removal a commit"
        )
    }

    /// Brings the folder to `main`, unless somebody is at it.
    private func project(_ head: CommitID, _ main: CommitID) throws {
        let time = configuration.elapsed()
        if tree.isGitAtWork() {
            let since = waitingForGit ?? time
            waitingForGit = since
            guard time - since >= Self.patienceWithGit else {
                report.isWaiting = true
                return
            }
        }
        waitingForGit = nil
        switch try tree.project(from: head, to: main, known: memory.known, in: repository) {
        case .done:
            report.revision = main
            forget()
        case .busy(let activity): report.set(activity)
        case .moved: report.isWaiting = true
        case .edited(let paths):
            let names = paths.prefix(3).map(\.description).joined(separator: ", ")
            report.set(.behind, "main has changed files that are edited in the working tree: \(names)")
        }
    }

    /// What was taken over is what the branch has now: it is no edit any more.
    private func forget() {
        let known = memory.known
        found.edits.removeAll { edit in edit.blob.map { known[edit.path] == $0 } ?? (memory.base(of: edit.path) != nil)
        }
        memory.settle()
    }
}

extension CheckoutUser {
    /// Who edits in a working tree that says no name: `Working tree <worktree@INSTANCE>`.
    static func workingTree(of identity: ServerIdentity) -> CheckoutUser {
        CheckoutUser(known: "Working tree", email: "worktree@\(identity.instance)")
    }
}
