import Foundation
import GitTransport
import LocalStore
import Logging
import Reconciler
import StateRepo

/// Brings the repository of a data folder into a state that everything else relies on, or makes it from the template.
struct RepositoryOpening {
    let folder: DataFolder
    let instance: InstanceFile
    let programs: GitPrograms
    let logger: Logger

    /// - Throws: ``CommandFailure`` (78) when the repository or its `main` is gone, and with it a history.
    func run(_ share: ShareDirectory) async throws {
        if let problem = try folder.packedRefsProblem() { throw CommandFailure(.configuration, problem) }
        let configuration = RepositoryConfiguration(hooksPath: folder.hooks)
        if exists("HEAD") {
            try check(configuration)
            let damaged = try await clear()
            try recover()
            // What the journal has is gone by now, whatever a power cut had made of it.
            logger.tellDamaged(damaged.filter(exists))
            tell(try configuration.apply(toRepositoryAt: folder.repository))
        } else if exists("objects") {
            // It has lost its HEAD alone, or a first start was cut off.
            let damaged = try await clear()
            _ = try GitRepository(creatingBareAt: folder.repository, configuration: configuration)
            tell(["HEAD"])
            try recover()
            logger.tellDamaged(damaged.filter(exists))
        } else {
            try checkThatNoneWasThere()
            _ = try GitRepository(creatingBareAt: folder.repository, configuration: configuration)
        }
        try start(from: share)
    }

    private func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder.repository)/\(name)")
    }

    /// Removes what a crash has left, and mends what git makes of other files and would hide objects that are there.
    ///
    /// - Returns: packs without an index that are damaged themselves, as paths in the repository.
    private func clear() async throws -> [String] {
        let git = try await OrphanedGit(in: [folder.repository, folder.workingTree]).end()
        if !git.ended.isEmpty {
            logger.warning(
                "ended git of a server that is gone",
                metadata: ["processes": "\(git.ended.sorted())", "left": "\(git.left)"]
            )
        }
        let report = try StaleLocks(repository: folder.repository, workingTrees: [folder.workingTree]).remove()
        if !report.removed.isEmpty { logger.warning("removed stale files", metadata: ["files": "\(report.removed)"]) }
        DerivedFiles(repositoryAt: folder.repository).removeDamaged(logger)
        return await PackIndexing(repository: folder.repository, programs: programs).mend(isQuiet: true, logger)
    }

    private func tell(_ restored: [String]) {
        guard !restored.isEmpty else { return }
        logger.warning("restored git configuration", metadata: ["keys": "\(restored)"])
    }

    /// What cannot be read cannot be mended either, and git does nothing then.
    private func check(_ configuration: RepositoryConfiguration) throws {
        do throws(GitError) {
            _ = try configuration.differences(inRepositoryAt: folder.repository)
        } catch {
            let problem = "\(folder.repository)/config cannot be read: \(error.message)"
            throw CommandFailure(.configuration, "\(problem): move it away, and it is made anew")
        }
    }

    /// Finishes what a crash cut off between a flush and the movement of `main`.
    private func recover() throws {
        defer { tellDamaged() }
        switch try JournalRecovery(repositoryAt: folder.repository).run() {
        case .nothing: break
        case .recovered(let commit): logger.info("recovered journal", metadata: ["revision": "\(commit)"])
        case .broughtBack(let commit, let former):
            let metadata: Logger.Metadata = ["revision": "\(commit)", "was": "\(former)"]
            logger.warning("main was behind acknowledged commits: brought forward again", metadata: metadata)
        case .diverged(let commit):
            // The objects are stored: a person can make a branch of them.
            logger.error("main was moved beside the journal", metadata: ["lost": "\(commit)"])
        }
    }

    /// What was kept of journals that were damaged, until somebody moves it away.
    private func tellDamaged() {
        do {
            for name in try DamagedJournals(repositoryAt: folder.repository).names {
                logger.error("journal was damaged: writes may have been lost", metadata: ["kept": "\(name)"])
            }
        } catch {
            logger.warning("damaged journals not looked for", metadata: ["error": "\(error)"])
        }
    }

    private func start(from share: ShareDirectory) throws {
        let starter = StateStarter(repositoryPath: folder.repository, identity: instance.identity, now: Date())
        let template = [
            TemplateFolder(share.template, as: ""), TemplateFolder(share.state, as: "state"),
            TemplateFolder(share.skills, as: "skills"),
        ]
        do {
            guard let commit = try starter.start(from: template, indexed: { try folder.indexedHead() }) else { return }
            logger.info("made repository", metadata: ["revision": "\(commit)"])
        } catch let traces as HistoryTraces {
            let problem = "\(RefName.main) is gone from \(folder.repository), which has a history"
            throw CommandFailure(.configuration, "\(problem): \(Self.remedy(folder, traces))")
        }
    }

    /// How `main` is put back.
    static func remedy(_ folder: DataFolder, _ traces: HistoryTraces) -> String {
        let git = "git --git-dir \(folder.repository)"
        let search = "\(git) fsck --lost-found names commits that no ref has"
        guard let newest = traces.newest else {
            return "put it back by \(git) update-ref \(RefName.main) COMMIT (\(search)) or restore a backup"
        }
        let command = "put it back by \(git) update-ref \(RefName.main) \(newest)"
        guard traces.isIndexed else {
            return
                "\(command), unless a newer one is found: without \(folder.index) it is what another ref names, and \(search)"
        }
        return "\(command), the newest commit that is known"
    }

    /// The index remembers a repository that is not there.
    private func checkThatNoneWasThere() throws {
        guard let commit = try folder.indexedHead() else { return }
        let remedy = "restore a backup or a clone; to begin anew, name another folder by --data-dir"
        throw CommandFailure(
            .configuration,
            "\(folder.repository) is gone, and \(folder.index) knows its history up to \(commit): \(remedy)"
        )
    }
}

extension DataFolder {
    /// Why git cannot read the refs that are packed, and what to do; `nil` when it can.
    func packedRefsProblem() throws -> String? {
        try PackedRefs(repositoryAt: repository).fault().map { "\(repository)/\($0)" }
    }

    /// The newest commit of `main` that the history index knows; `nil` without one.
    func indexedHead() throws -> CommitID? {
        guard FileManager.default.fileExists(atPath: index) else { return nil }
        let history = try HistoryIndex(path: index)
        let head = try history.head()?.revision
        try history.close()
        return head
    }
}
