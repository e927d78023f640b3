import Foundation
import GitTransport
import Logging
import Reconciler
import ServiceLifecycle
import StateRepo
import Telemetry

/// Keeps the repository small and fast by itself, beside the writer, which waits for nothing of it.
///
/// Every command adds before it takes away, and what it takes away is in a new pack or has not been referred to for weeks.
/// A failure is the condition `MaintenanceFailing`, and is tried again.
struct Maintenance: Service {
    private let publisher: StatePublisher
    private let upkeep: RepositoryUpkeep
    private let indexing: PackIndexing
    private let repository: String
    private let leftovers: StaleLocks
    private let board: MaintenanceBoard
    private let interval: Duration
    private let logger: Logger
    private let rules = MaintenanceRules(begun: Date())

    /// - Parameters:
    ///   - spans: where what git does is recorded.
    ///   - interval: how often it is counted; some passes come a fifth sooner or later, so that servers do not do so together.
    init(
        _ publisher: StatePublisher,
        folder: DataFolder,
        programs: GitPrograms,
        board: MaintenanceBoard,
        interval: Duration,
        spans: Spans,
        logger: Logger
    ) {
        self.publisher = publisher
        self.upkeep = RepositoryUpkeep(repository: folder.repository, programs: programs, spans: spans)
        self.indexing = PackIndexing(repository: folder.repository, programs: programs, spans: spans)
        self.repository = folder.repository
        self.leftovers = StaleLocks(repository: folder.repository, workingTrees: [folder.workingTree])
        self.board = board
        self.interval = interval
        self.logger = logger
    }

    /// Ends at once when the server stops: what git has not finished by then changes nothing.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await Task.sleep(for: interval * Double.random(in: 0.8...1.2)) } catch { break }
                await pass()
            }
        }
    }

    /// Puts back what people have removed, counts, and does what is due.
    private func pass() async {
        await publisher.mend()
        do {
            let census = try RepositoryCensus(repositoryAt: repository)
            board.count(census)
            let cleaned = try CleaningMark(repositoryAt: repository).date ?? mark()
            let last = board.status.last
            if let last, last.hasFailed {
                // One try leaves as much as the repository has: no other begins until it is gone.
                guard try clearAway(last) else { return }
            } else {
                publisher.conditions.remove(.maintenanceFailing)
            }
            guard let task = rules.task(for: census, after: last, cleaned: cleaned, at: Date()) else { return }
            await run(task, census)
        } catch {
            note(failure: "its files could not be counted: the log says why", error)
        }
    }

    private func run(_ task: MaintenanceTask, _ census: RepositoryCensus) async {
        let began = Date()
        board.begin(task, at: began)
        func end(_ result: MaintenanceRun.Result, _ census: RepositoryCensus) {
            board.end(MaintenanceRun(task, began: began, ended: Date(), result: result, census: census))
        }
        do {
            try await work(task)
            let after = try RepositoryCensus(repositoryAt: repository)
            end(.succeeded, after)
            publisher.conditions.remove(.maintenanceFailing)
            logger.info(
                "looked after repository",
                metadata: ["task": "\(task)", "packs": "\(after.packs)", "loose": "\(after.looseObjects)"]
            )
        } catch {
            guard !Task.isCancelled else { return board.giveUp() }
            let message = Self.message(error)
            end(.failed(message), census)
            note(failure: message, error)
            if let last = board.status.last { clearAwayOrReport(last) }
        }
    }

    /// Removes what a run that failed has left unfinished, and what may have made it fail.
    ///
    /// - Returns: `false` while somebody's git may be using it.
    private func clearAway(_ run: MaintenanceRun) throws -> Bool {
        let report = try leftovers.removeUnfinishedUpkeep(since: run.began)
        if !report.removed.isEmpty {
            logger.info("removed unfinished files", metadata: ["files": "\(report.removed)"])
        }
        DerivedFiles(repositoryAt: repository).removeDamaged(logger)
        return report.inUse.isEmpty
    }

    /// What cannot be removed now is met by the next pass.
    private func clearAwayOrReport(_ run: MaintenanceRun) {
        do {
            guard try !clearAway(run) else { return }
            logger.warning("unfinished files stay until no git works in the repository")
        } catch {
            logger.error("unfinished files not removed", metadata: ["error": "\(error)"])
        }
    }

    private func work(_ task: MaintenanceTask) async throws {
        try await publisher.seal()
        // Git packs and cleans nothing while a pack has none.
        logger.tellDamaged(await indexing.mend(isQuiet: false, logger))
        switch task {
        case .pack: try await upkeep.pack()
        case .clean:
            try await upkeep.clean()
            _ = try mark()
        }
    }

    private func mark() throws -> Date { try CleaningMark(repositoryAt: repository).set() }

    private func note(failure message: String, _ error: any Error) {
        logger.error("repository not looked after", metadata: ["error": "\(error)"])
        publisher.conditions.set(
            .maintenanceFailing,
            .yes,
            reason: "MaintenanceFailed",
            message: "the repository could not be looked after: \(message)",
            revision: nil,
            at: Date()
        )
    }

    /// Without what the log has, which may name files of the host.
    private static func message(_ error: any Error) -> String {
        (error as? RepositoryUpkeep.Failure).map { "git \($0.command) failed; gitplane doctor may say why" }
            ?? "it failed, the log says why"
    }
}

/// The file in the repository whose time says when it was cleaned last, so that a restart does not begin anew.
private struct CleaningMark {
    private let path: String

    init(repositoryAt path: String) { self.path = "\(path)/gitplane.cleaned" }

    /// `nil` when there is no such file.
    var date: Date? {
        get throws {
            guard FileManager.default.fileExists(atPath: path) else { return nil }
            return try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        }
    }

    /// Says that it is now.
    func set() throws -> Date {
        try Data().write(to: URL(filePath: path))
        return Date()
    }
}
