import Foundation
import GitTransport
import Reconciler
import StateRepo

/// The repository, and the state at its head.
extension Examination {
    /// Whether git takes it for a repository.
    var isReadable: Bool { FileManager.default.fileExists(atPath: "\(folder.repository)/HEAD") }

    /// Whether there is one that a start makes whole again.
    private var hasRepository: Bool {
        isReadable || FileManager.default.fileExists(atPath: "\(folder.repository)/objects")
    }

    /// What was cut off: a start finishes or removes it.
    func leftovers() throws -> [Finding] {
        guard isReadable else { return [] }
        let (repository, workingTree) = (folder.repository, folder.workingTree)
        let git = OrphanedGit(in: [repository, workingTree]).look().map {
            Finding(.start, "process \($0)", "git of a server that is gone is at work in state.git; it is ended")
        }
        let report = try StaleLocks(repository: repository, workingTrees: [workingTree], sparesOrphans: true).look()
        let removed = report.removed.filter { LooseObjects.object(inFile: $0) == nil }.map {
            Finding(.start, "state.git/\($0)", "left by a killed process; it is removed")
        }
        let journals = try DamagedJournals(repositoryAt: folder.repository).names.map {
            Finding(.person, "state.git/\($0)", "the journal was damaged, and writes may have been lost: \(Self.aside)")
        }
        let inUse =
            journals
            + report.inUse.map {
                Finding(.person, "state.git/\($0)", "a process of git uses it: let it end, or end it, before a start")
            }
        return git + removed + Self.emptied(report) + inUse + (try journal())
    }

    private static func emptied(_ report: StaleLocks.Report) -> [Finding] {
        let count = report.removed.count { LooseObjects.object(inFile: $0) != nil }
        guard count > 0 else { return [] }
        let message = "files of objects are empty, as a power cut leaves them; they are removed"
        return [Finding(.start, "state.git/objects", "\(count) \(message)")]
    }

    /// What a start makes of the writes of the last moments.
    private func journal() throws -> [Finding] {
        let recovery = JournalRecovery(repositoryAt: folder.repository)
        let damage = "it is damaged, and writes may be lost: what can be read is brought to main, the file kept beside"
        let damaged = try recovery.isDamaged() ? [Finding(.start, Self.journalFile, damage)] : []
        return damaged + (try finding(recovery.forecast()).map { [$0] } ?? [])
    }

    private static let journalFile = "state.git/gitplane.journal"

    private func finding(_ outcome: JournalRecovery.Outcome) -> Finding? {
        let subject = Self.journalFile
        switch outcome {
        case .nothing: return nil
        case .recovered(let commit):
            return Finding(.start, subject, "\(commit) was answered and is not on main; it is brought there")
        case .broughtBack(let commit, let former):
            let cause = "somebody moved it back while no server ran, or the power failed"
            let message = "main names \(former), and \(commit) was answered after it (\(cause)): it is brought there"
            return Finding(.start, subject, "\(message); to go back, move main or revert while a server runs")
        case .diverged(let commit):
            let message = "main was moved elsewhere while no server ran, and \(commit) was answered: it stays there"
            let remedy = "git --git-dir \(folder.repository) branch NAME \(commit) after a start keeps it"
            return Finding(.person, subject, "\(message); \(remedy)")
        }
    }

    private static let aside = "compare what was written then, and move the file away"

    func repository() throws -> [Finding] {
        guard hasRepository else {
            guard !FileManager.default.fileExists(atPath: folder.index) else {
                return [Finding(.person, "state.git", "it is gone, and no server starts: restore a backup or a clone")]
            }
            return [Finding(.start, "state.git", "there is none; it is made from the template")]
        }
        guard isReadable else {
            let message = "it is missing and is put back; what is in the repository can be looked at then"
            return [Finding(.start, "state.git/HEAD", message)]
        }
        let keys = try RepositoryConfiguration(hooksPath: folder.hooks)
            .differences(inRepositoryAt: folder.repository)
        var findings = keys.map {
            Finding(.start, $0 == "HEAD" ? "state.git" : "state.git/config", "\($0) is set to what it should be")
        }
        if try !HookInstaller(of: folder).isInstalled {
            let message = "the gate's hook is missing or not what this program writes; it is written anew"
            findings.append(Finding(.start, "state.git/hooks", message))
        }
        let repository = try GitRepository(openingBareAt: folder.repository)
        for reference in try repository.references(under: "refs/gitplane/lost/") {
            let remedy = "look at it (git log \(reference.name)), then git update-ref -d \(reference.name)"
            findings.append(
                Finding(.person, "\(reference.name)", "main once had \(reference.target) and lost it: \(remedy)")
            )
        }
        return findings + (try ledger(repository))
    }

    /// Whether the next start writes `main` from the journal, whatever its file has.
    func bringsMain() throws -> Bool {
        guard case .recovered = try JournalRecovery(repositoryAt: folder.repository).forecast() else { return false }
        return true
    }

    /// What is served after a start, and what is not.
    func state() throws -> [Finding] {
        guard isReadable else { return [] }
        let repository = try GitRepository(openingBareAt: folder.repository)
        let target: CommitID?
        do {
            target = try repository.target(of: .main)
        } catch {
            // Then the start writes the branch, before it looks at the state.
            if try bringsMain() { return [] }
            let remedy = try unreadable() ?? ""
            return [
                Finding(.person, "main", "the branch names no commit (\(error.message)): \(remedy)\(Self.degraded)")
            ]
        }
        guard let head = target else {
            // The same.
            if try bringsMain() { return [] }
            return [try withoutMain()]
        }
        let root: TreeID
        do {
            root = try repository.readCommit(head).tree
            _ = try repository.readTree(root)
        } catch {
            guard let object = error.object else { throw error }
            // Then the start writes it, before it looks at the state.
            guard try !Self.names(journalObjects(), in: "\(object)") else { return [] }
            return [Finding(.person, "main", "its object \(object) is damaged or missing: \(Self.degraded)")]
        }
        let tree = try StateLoader(decoder: rules.decoder).load(root, in: repository)
        return try findings(tree, at: head) + missingReleases(tree, repository)
    }

    /// How the file of `main` is written again; `nil` when it is another one that cannot be read, or nothing is known.
    private func unreadable() throws -> String? {
        // Only the file of main itself, or packed-refs, can be at fault.
        guard try folder.packedRefsProblem() == nil, let commit = try indexedHead() else { return nil }
        return "echo \(commit) > \(folder.repository)/\(RefName.main) writes the newest commit that is known; or "
    }

    private func withoutMain() throws -> Finding {
        guard let traces = try HistoryTraces(ofRepositoryAt: folder.repository, indexed: indexedHead()) else {
            return Finding(.start, "main", "there is none; it is made from the template")
        }
        let remedy = RepositoryOpening.remedy(folder, traces)
        return Finding(.person, "main", "the branch is gone, and no server starts: \(remedy)")
    }

    private static let degraded =
        "put it back from a clone or a backup; until then a start serves the newest commit that can be read, and writes nothing"

    private func findings(_ tree: StateTree, at head: CommitID) throws -> [Finding] {
        do {
            try FormatVersion.check(tree.format?.file)
        } catch let failure as CommandFailure {
            return failure.lines.map { Finding(.person, "state/format.json", $0) }
        }
        let strays = tree.strays.map { $0.1 }
        let damaged = strays.filter { $0.code == Diagnostic.damageCode }
        let journal = try journalObjects()
        let damage = damaged.filter { !Self.names(journal, in: $0.message) }
            .map { Finding(.person, $0.file, [$0.message, $0.hint].compactMap(\.self).joined(separator: ": ")) }
        let broken = strays.count - damaged.count + tree.problems.map { $0.0 }.count
        guard broken == 0 else {
            let remedy = "gitplane validate --revision main \(folder.repository) lists them"
            return damage + [Finding(.person, "state", "\(broken) files are not valid: \(remedy)")]
        }
        return damage.isEmpty ? [Finding(.fine, "state", "\(tree.fileCount) files at \(head)")] : damage
    }
}
