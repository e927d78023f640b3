import Foundation
import GitTransport
import Glibc
import StateRepo

/// Makes the repository of a data folder from another one (contract, section 8).
///
/// It comes to be in a folder of its own, which is renamed once all of it is there and on disk: a crash leaves nothing
/// that a server would take for a repository, and the next run removes what it left.
struct StateImport {
    struct Outcome {
        enum Result {
            case made(revision: CommitID, commits: Int, versions: Int)
            case refused
        }

        let result: Result
        let report: ValidationReport
    }

    let folder: DataFolder
    let branch: RefName
    let rules: StateRules
    let programs: GitPrograms

    /// Fetches, reviews, and puts the repository in its place when the gate accepts its tip.
    ///
    /// - Parameter relativeTo: what a relative path starts at; absolute.
    /// - Throws: ``CommandFailure`` when there is a repository already, or the other one cannot be had.
    func run(from address: String, relativeTo directory: String) async throws -> Outcome {
        let remote: RemoteRepository
        do {
            remote = try RemoteRepository(address, relativeTo: directory, programs: programs)
        } catch {
            throw CommandFailure(.usage, error.message)
        }
        return try await folder.hold {
            guard !FileManager.default.fileExists(atPath: folder.repository) else {
                throw CommandFailure(.configuration, "\(folder.repository) is there already: choose another --data-dir")
            }
            return try await make(remote)
        }
    }

    private func make(_ remote: RemoteRepository) async throws -> Outcome {
        try removeDraft()
        do {
            let outcome = try await draft(remote)
            try Task.checkCancellation()
            if case .made = outcome.result { try moveIntoPlace() }
            try removeDraft()
            return outcome
        } catch {
            try removeDraft()
            throw error
        }
    }

    /// Builds everything beside its place.
    private func draft(_ remote: RemoteRepository) async throws -> Outcome {
        let configuration = RepositoryConfiguration(hooksPath: folder.hooks)
        _ = try GitRepository(creatingBareAt: folder.draftRepository, configuration: configuration)
        try await fetch(from: remote)
        let snapshot = try await publish()
        // The ledger is whole now, so that the rules of releases are judged as well.
        let report = try ValidationReport(
            .revision("main", at: folder.draftRepository, rules: rules),
            rules: rules
        )
        guard report.isValid else { return Outcome(result: .refused, report: report) }
        let made = Outcome.Result.made(
            revision: snapshot.revision,
            commits: snapshot.sequence,
            versions: snapshot.ledger.count
        )
        return Outcome(result: made, report: report)
    }

    /// Brings the branch, and the server's own refs where the other repository has them.
    private func fetch(from remote: RemoteRepository) async throws {
        do {
            let present = try await remote.references(named: [branch, .releases, .notes])
            guard present.contains(branch) else {
                throw CommandFailure(.usage, "\(remote.address) has no branch \(branch.description.dropFirst(11))")
            }
            let own = [RefName.releases, .notes].filter(present.contains).map { ($0, $0) }
            try await remote.fetch([(branch, .main)] + own, into: folder.draftRepository)
        } catch let error as RemoteRepositoryError {
            throw CommandFailure(.usage, ["gitplane: error: \(error.message)"] + error.output)
        }
        try checkFetched(remote)
    }

    /// Refuses what git brought without its history, and a ledger that contradicts itself.
    private func checkFetched(_ remote: RemoteRepository) throws {
        let repository = try GitRepository(openingBareAt: folder.draftRepository)
        // git leaves a branch out, and says that all went well, when the other repository cuts off its history.
        guard try repository.target(of: .main) != nil else {
            let remedy = "git fetch --unshallow completes it"
            throw CommandFailure(.usage, "\(remote.address) is a shallow clone, without its history: \(remedy)")
        }
        let faults = try LedgerRef.faults(in: repository)
        guard faults.isEmpty else {
            let remedy = "delete that ref there, and the ledger is rebuilt from main"
            throw CommandFailure(.usage, faults.map { "\(RefName.releases): error: \($0)" } + [remedy])
        }
    }

    /// One pass as a server makes it, which completes the ledger from the history of `main`.
    private func publish() async throws -> StateSnapshot {
        let instance = try InstanceFile.readOrCreate(at: folder.instance)
        return try await StateDraft(folder: folder, rules: rules, identity: instance.identity).publish()
    }

    private func moveIntoPlace() throws {
        // Everything at once, instead of a flush for each of the files that git wrote.
        sync()
        guard rename(folder.draftRepository, folder.repository) == 0 else {
            let reason = String(cString: strerror(errno))
            throw CommandFailure(.configuration, "\(folder.repository) cannot be made: \(reason)")
        }
        sync()
    }

    private func removeDraft() throws {
        guard FileManager.default.fileExists(atPath: folder.draft) else { return }
        try FileManager.default.removeItem(atPath: folder.draft)
    }
}
