package import Logging
import StateRepo
package import Telemetry

/// Serves one repository over git's smart HTTP protocol: the protocol is git's own, the processes are git's.
///
/// Who may do what was decided before; what may enter is decided by the gate in the repository's hook.
package struct GitServer: Sendable {
    /// The largest report that is held back until it may be sent, in bytes.
    package static let maximumReport = 4 << 20
    /// The largest request of a fetch, inflated: about 160,000 commits that the client names.
    package static let maximumFetchRequest = 8 << 20
    /// The largest body of a push, inflated: the pack, and the commands before it.
    package static let maximumPush = RepositoryConfiguration.standardMaximumPush + (1 << 20)

    /// What a push leads to in the rest of the server.
    package struct Pushes: Sendable {
        package let tickets: PushTickets
        /// Called when git has ended and before it is said how: brings the served state to what is in the repository.
        package let ended: @Sendable (PushTickets.Holder) async throws -> Void
        /// Called when the commands alone were refused, so that nobody asks the gate.
        package let refused: @Sendable (PushTickets.Holder) async -> Void

        package init(
            tickets: PushTickets,
            refused: @escaping @Sendable (PushTickets.Holder) async -> Void = { _ in },
            ended: @escaping @Sendable (PushTickets.Holder) async throws -> Void
        ) {
            self.tickets = tickets
            self.refused = refused
            self.ended = ended
        }
    }

    let programs: GitPrograms
    let repositoryPath: String
    let pushes: Pushes
    let logger: Logger
    private let prepare: @Sendable () async throws -> Void
    private let fetchLimits: GitProcessLimits
    private let pushLimits: GitProcessLimits
    let reportLimit: Int
    private let fetchSlots: GitSlots
    private let pushSlots: GitSlots
    private let flusher: RefFlusher
    let concurrent = ConcurrentUpdates()
    private let abandoned: AbandonedQuarantines
    private let spans: Spans

    /// - Parameters:
    ///   - repositoryPath: absolute.
    ///   - reportLimit: how long git's report of a push may be; tests make it short.
    ///   - prepare: awaited before each process, so that git sees what was acknowledged.
    ///   - spans: where processes are recorded.
    package init(
        programs: GitPrograms,
        repositoryPath: String,
        pushes: Pushes,
        prepare: @escaping @Sendable () async throws -> Void = {},
        fetchLimits: GitProcessLimits = .maximumForFetch,
        pushLimits: GitProcessLimits = .maximumForPush,
        fetchSlots: GitSlots = GitSlots(),
        pushSlots: GitSlots = GitSlots(),
        reportLimit: Int = Self.maximumReport,
        spans: Spans = .none,
        logger: Logger
    ) {
        self.programs = programs
        self.repositoryPath = repositoryPath
        self.pushes = pushes
        self.prepare = prepare
        self.fetchLimits = fetchLimits
        self.pushLimits = pushLimits
        self.fetchSlots = fetchSlots
        self.pushSlots = pushSlots
        self.reportLimit = reportLimit
        self.flusher = RefFlusher(repository: repositoryPath)
        self.abandoned = AbandonedQuarantines(repository: repositoryPath)
        self.spans = spans
        self.logger = logger
    }

    /// Waits until a process of this service may run.
    ///
    /// - Throws: ``GitServiceError/Code/busy``.
    package func slot(for service: GitService) async throws -> GitSlots.Slot {
        let slot =
            switch service {
            case .uploadPack: try await fetchSlots.take()
            case .receivePack: try await pushSlots.take()
            }
        try await prepare()
        return slot
    }

    /// The processes for one request.
    func process(
        _ service: GitService,
        _ options: [String],
        _ environment: [String: String?] = [:]
    ) -> GitProcess {
        GitProcess(
            programs: programs,
            limits: service == .uploadPack ? fetchLimits : pushLimits,
            arguments: [service.command] + options + [repositoryPath],
            environment: environment.compactMapValues(\.self),
            spans: spans
        )
    }

    /// Notes that a push was cut off, so that what it has brought is thrown away.
    func noteCutOff() { abandoned.expect() }

    /// Throws away what pushes that were cut off have brought, when nothing else is being pushed.
    func tidy() {
        do {
            let removed = try abandoned.removeIfQuiet()
            if !removed.isEmpty {
                logger.info("removed pushes that were cut off", metadata: ["count": "\(removed.count)"])
            }
        } catch {
            logger.warning("a push that was cut off is not removed", metadata: ["error": "\(error)"])
        }
    }

    /// Where these refs are; `nil` when they cannot be read.
    func targets(of updates: [RefUpdate]) async -> [RefName: AnyObjectID]? {
        do {
            return try await flusher.targets(of: updates.compactMap { RefName($0.ref) })
        } catch {
            logger.warning("refs of a push not read", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Flushes that these refs may have moved, and returns whether the disk has confirmed it.
    func flush(_ updates: [RefUpdate], of holder: PushTickets.Holder) async -> Bool {
        do {
            try await flusher.flush(updates.compactMap { RefName($0.ref) })
            return true
        } catch {
            let metadata: Logger.Metadata = ["request.id": "\(holder.requestID)", "error": "\(error)"]
            logger.error("push not flushed", metadata: metadata)
            return false
        }
    }
}
