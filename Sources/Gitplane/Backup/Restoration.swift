import Access
import Foundation
import GitTransport
import Glibc
import LocalStore
import Logging
import Reconciler
import Secrets
import StateRepo

/// Makes a data folder from a backup, and proves on the way that it is the one that was backed up.
///
/// Everything comes to be by the side and is moved into place when all of it was read, rebuilt and compared.
struct Restoration {
    /// What was restored, for whoever asked.
    struct Outcome {
        let revision: CommitID
        let sequence: Int
        let referenceCount: Int
        var notes: [String]
    }

    let backup: BackupFolder
    let rules: StateRules
    let programs: GitPrograms
    let clock: @Sendable () -> Date

    /// Restores into a folder that has no repository; what else of an installation stands there is kept as ``FormerFiles``.
    func restore(into folder: DataFolder) async throws -> Outcome {
        let manifest = try backup.manifest()
        return try await folder.hold {
            guard !FileManager.default.fileExists(atPath: folder.repository) else {
                throw CommandFailure(.configuration, "\(folder.repository) is there already: choose another --data-dir")
            }
            guard folder.url.resolvingSymlinksInPath() != backup.url.resolvingSymlinksInPath() else {
                throw CommandFailure(.configuration, "\(folder.url.path) is the backup: choose another --data-dir")
            }
            try removeDraft(of: folder)
            do {
                var outcome = try await build(manifest, in: folder)
                try Task.checkCancellation()
                outcome.notes += try moveIntoPlace(folder)
                try removeDraft(of: folder)
                return outcome
            } catch {
                try removeDraft(of: folder)
                throw error
            }
        }
    }

    /// Restores into a folder of its own, which is removed.
    func verify() async throws -> Outcome {
        let folder = URL.temporaryDirectory.appending(path: "gitplane-verify-\(UUID().uuidString)")
        do {
            let outcome = try await restore(into: DataFolder(folder))
            try FileManager.default.removeItem(at: folder)
            return outcome
        } catch {
            if FileManager.default.fileExists(atPath: folder.path) { try FileManager.default.removeItem(at: folder) }
            throw error
        }
    }

    private func build(_ manifest: BackupManifest, in folder: DataFolder) async throws -> Outcome {
        let configuration = RepositoryConfiguration(hooksPath: folder.hooks)
        _ = try GitRepository(creatingBareAt: folder.draftRepository, configuration: configuration)
        let upkeep = RepositoryUpkeep(repository: folder.draftRepository, programs: programs)
        do {
            try await upkeep.unbundle(backup.file(BackupFolder.bundle).path)
            try recoverJournal(folder)
            let faults = try await upkeep.faults()
            guard faults.isEmpty else { throw CommandFailure(.findings, faults.map { "git fsck: \($0)" }) }
        } catch let failure as RepositoryUpkeep.Failure {
            throw CommandFailure(.findings, ["gitplane: error: \(failure)"] + failure.output)
        }
        try compare(manifest.references, folder)
        let draft = BackupFolder(url: URL(filePath: folder.draft))
        let beside = [BackupFolder.local, BackupFolder.secrets, BackupFolder.instance, BackupFolder.settings]
        for name in beside + [BackupFolder.identity, BackupFolder.nextIdentity] where backup.has(name) {
            try draft.write(backup.content(of: name), to: name)
        }
        let notes = try compare(manifest, folder)
        let snapshot = try await rebuild(folder)
        return Outcome(
            revision: snapshot.revision,
            sequence: snapshot.sequence,
            referenceCount: manifest.references.count,
            notes: notes
        )
    }

    /// Brings in what was acknowledged and not yet part of the repository.
    private func recoverJournal(_ folder: DataFolder) throws {
        guard backup.has(BackupFolder.journal) else { return }
        let place = "\(folder.draftRepository)/\(BackupFolder.journal)"
        try FileManager.default.copyItem(atPath: backup.file(BackupFolder.journal).path, toPath: place)
        try JournalRecovery(repositoryAt: folder.draftRepository).run()
    }

    /// Every ref is where it was; `main` may be further by what was in the journal.
    private func compare(_ expected: [String: String], _ folder: DataFolder) throws {
        let repository = try GitRepository(openingBareAt: folder.draftRepository)
        let found = try repository.references(under: "refs/")
        var present = Dictionary(found.map { ($0.name.description, $0.target.description) }) { first, _ in first }
        guard let main = try repository.target(of: .main) else {
            throw CommandFailure(.findings, "\(RefName.main) is not in the backup: use another one")
        }
        if let old = expected[RefName.main.description].flatMap({ CommitID($0) }) {
            if try repository.isAncestor(old, of: main) { present["refs/heads/main"] = old.description }
        }
        let wrong = expected.filter { present[$0.key] != $0.value }.keys.sorted()
        guard wrong.isEmpty else { throw CommandFailure(.findings, wrong.map { "\($0) is not what it was" }) }
    }

    /// The files beside the repository are whole and belong together.
    private func compare(_ manifest: BackupManifest, _ folder: DataFolder) throws -> [String] {
        let draft = BackupFolder(url: URL(filePath: folder.draft))
        let instance = try InstanceFile.read(at: draft.file(BackupFolder.instance).path)
        guard instance.identity.instance.utf8.elementsEqual(manifest.instance.utf8) else {
            throw CommandFailure(.findings, "instance.json is of another installation")
        }
        var testimony: SecretsTestimony?
        if draft.has(BackupFolder.local) {
            let path = draft.file(BackupFolder.local).path
            let faults = try LocalFile(path: path).faults()
            guard faults.isEmpty else { throw CommandFailure(.findings, faults.map { "local.sqlite: \($0)" }) }
            let audit = try AuditFile(path: path).verify()
            let found = BackupManifest.Audit(count: audit.count, head: audit.head)
            guard audit.finding == nil, found == manifest.audit else {
                throw CommandFailure(.findings, "local.sqlite: the audit log is not what it was")
            }
            testimony = try LocalFile(path: path).testimony()
        }
        let secrets = draft.has(BackupFolder.secrets) ? try draft.content(of: BackupFolder.secrets) : nil
        guard testimony.isOf(secrets) else {
            let fault = secrets == nil ? "is missing" : "is not the file that was written last"
            throw CommandFailure(.findings, "secrets.age \(fault), as local.sqlite has it")
        }
        guard secrets != nil else { return [] }
        guard draft.has(BackupFolder.identity) else {
            return ["secrets.age was not opened: its identity is not in the backup; put secrets.key into it to try"]
        }
        let inspection = SecretsInspection(
            folder: folder.draft,
            instance: manifest.instance,
            testimony: testimony
        )
        if case .fault(let message) = inspection.look().finding { throw CommandFailure(.findings, message) }
        return []
    }

    /// One pass as a server makes it, over a history that is counted anew.
    private func rebuild(_ folder: DataFolder) async throws -> StateSnapshot {
        let instance = try InstanceFile.read(at: "\(folder.draft)/\(BackupFolder.instance)")
        let draft = StateDraft(folder: folder, rules: rules, identity: instance.identity)
        return try await draft.publish()
    }

    /// - Returns: what to say of files that stood there.
    private func moveIntoPlace(_ folder: DataFolder) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.draft)
            .filter { !$0.hasPrefix("index.sqlite") && $0 != "state.git" }
        var former = FormerFiles(of: folder, at: clock())
        do {
            try former.keep(for: names)
            // Everything at once, instead of a flush for each of the files that git wrote.
            sync()
            // The repository last: without one there is no data folder.
            for name in names.sorted() + ["state.git"] { try moveIntoPlace(name, of: folder) }
            try former.keepIndex()
        } catch let failure as CommandFailure {
            throw CommandFailure(failure.status, failure.lines + [former.note].compactMap(\.self))
        }
        sync()
        return [former.note].compactMap(\.self)
    }

    private func moveIntoPlace(_ name: String, of folder: DataFolder) throws {
        guard rename("\(folder.draft)/\(name)", folder.url.appending(path: name).path) == 0 else {
            let reason = String(cString: strerror(errno))
            throw CommandFailure(.configuration, "\(name) cannot be put in its place: \(reason)")
        }
    }

    private func removeDraft(of folder: DataFolder) throws {
        guard FileManager.default.fileExists(atPath: folder.draft) else { return }
        try FileManager.default.removeItem(atPath: folder.draft)
    }
}
