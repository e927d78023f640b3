import API
import Foundation
import LocalStore
import Logging
import NIOPosix
import Providers
import Secrets
import ServiceLifecycle
import StateRepo
import Telemetry

/// Everything about connections of a running server: the way to vendors, and who watches them.
struct ConnectionComponents {
    let services: ConnectionServices
    let schedule = HealthSchedule()
    private let threads: NIOThreadPool

    /// - Throws: ``CommandFailure`` (78) when the log of verifications cannot be made.
    init(
        _ configuration: ServerConfiguration,
        _ folder: DataFolder,
        _ state: StateServices,
        _ secrets: SecretsStore,
        _ spans: Spans
    ) throws {
        let records: HealthLog
        do {
            records = try HealthLog(path: folder.health)
        } catch {
            throw CommandFailure.telling("\(folder.health) cannot be used: \(error.message)", of: error, in: folder)
        }
        self.threads = NIOThreadPool(numberOfThreads: SystemResolver.maximumThreads)
        let egress = Egress(
            policy: AddressPolicy(allowed: configuration.egress.allowed),
            proxy: configuration.egress.proxy(state.rules.catalogue),
            resolver: SystemResolver(threads: threads),
            connector: PinnedConnector(eventLoops: MultiThreadedEventLoopGroup.singleton)
        )
        self.services = ConnectionServices(
            state: state,
            verifier: Verifier(egress: egress, spans: spans),
            credentials: StoredCredentials(secrets),
            records: records
        )
    }

    /// What runs as long as the server: the resolver's threads, and the monitor, which needs them.
    func running(_ logger: Logger) -> [any Service] {
        [
            ResolverThreads(threads: threads),
            HealthMonitor(services.healthSubject(), schedule: schedule, logger: logger),
        ]
    }
}

/// Keeps the threads of the resolver until the server ends.
private struct ResolverThreads: Service {
    let threads: NIOThreadPool

    func run() async throws {
        threads.start()
        do {
            try await gracefulShutdown()
        } catch is CancellationError {
            // Stopped without grace: the threads end all the same.
        }
        try await threads.shutdownGracefully()
    }
}
