import API
import Access
import Catalogue
import Foundation
import LocalStore
import Logging
import Reconciler
import Secrets
import ServiceLifecycle
import StateRepo
import Telemetry

/// The secrets of a data folder, opened before the state is, because publishing depends on which there are.
struct SecretsComponents {
    let store: SecretsStore
    let inventory: SecretInventorySource
    let audit: SecretsDesk.Audit
    /// The recovery key, when the secrets file was just made.
    private let recovery: AgeIdentity?
    /// What the configuration changed about who can open the file.
    private let resealing: SecretsResealing?

    /// - Throws: ``CommandFailure`` (78) when there is a secrets file and no identity that opens it; 74 on a full disk.
    init(
        _ settings: SecretsSettings,
        _ folder: DataFolder,
        _ instance: InstanceFile,
        _ local: LocalDatabase,
        _ catalogue: Catalogue,
        _ spans: Spans = .none,
        audit: @escaping SecretsDesk.Audit
    ) throws {
        self.audit = audit
        let configuration = SecretsStore.Configuration(
            folder: folder.url.path,
            identityPath: settings.identityFile,
            recipients: settings.recipients,
            instance: instance.identity.instance,
            spans: spans
        )
        do {
            let start = try SecretsStore.start(configuration, witness: RecordedSecrets(database: local))
            self.store = start.store
            self.recovery = start.recovery
            self.resealing = start.resealing
            self.inventory = SecretInventorySource(start.store.board, catalogue)
        } catch {
            throw CommandFailure.telling("\(error.message) (\(error.code.rawValue))", of: error, in: folder)
        }
    }

    /// Shows the recovery key once, and what to do with the identity.
    func showRecovery(as format: ServerConfiguration.LogFormat) {
        guard let recovery else { return }
        let path = store.configuration.identityPath ?? "\(store.configuration.folder)/secrets.key"
        guard format == .text else {
            return StandardStream.error.write([keep(recovery, besides: path)])
        }
        StandardStream.error.write([
            "",
            "Secrets are kept in \(store.configuration.folder)/secrets.age. Two keys open it:",
            "  \(path)",
            "      keep a copy elsewhere: without it the server does not start",
            "  \(recovery.exposed())",
            "      the recovery key: shown this once and kept nowhere; write it down, then clear the screen",
            "docs/secrets.md says how to use them.",
            "",
        ])
    }
}

extension SecretsComponents {
    /// Keeps the recovery key in a file: logs are read by more people than may read the secrets.
    ///
    /// - Returns: the event that says where.
    private func keep(_ recovery: AgeIdentity, besides identity: String) -> String {
        let file = RecoveryKeyFile(folder: store.configuration.folder)
        do throws(SecretsError) {
            try file.add(recovery)
            let message = "made secrets.age: keep a copy of its identity elsewhere, and move the recovery key there"
            return JSONLogHandler.line(
                .warning,
                message,
                ["identity": "\(identity)", "recovery_key_file": "\(file.path)"]
            )
        } catch {
            let message = "made secrets.age without a recovery key, which was not kept: add a recipient of your own"
            return JSONLogHandler.line(.error, message, ["identity": "\(identity)", "error": "\(error)"])
        }
    }

    /// Says in the log what the configuration changed about who can open the file.
    func tell(_ logger: Logger) {
        guard let resealing else { return }
        let metadata: Logger.Metadata = ["added": "\(resealing.added)", "removed": "\(resealing.removed)"]
        if let failure = resealing.failure {
            let error: Logger.Metadata = ["error": "\(failure)"]
            logger.error("secrets not sealed to the configured recipients", metadata: metadata.merging(error) { $1 })
        } else {
            logger.info("secrets sealed to the configured recipients", metadata: metadata)
        }
    }
}

/// Follows the agents whose secrets there are, and tells of changes, while the server runs.
struct SecretsService: Service {
    /// How often it is looked for secrets that were kept long enough.
    private static let interval: Duration = .seconds(60)
    /// How often it is looked whether the file was exchanged.
    private static let lookInterval: Duration = .seconds(2)

    let desk: SecretsDesk
    let watch: WatchHub

    func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await cancelWhenGracefulShutdown { [desk] in await desk.run() } }
            group.addTask { await cancelWhenGracefulShutdown { await follow() } }
            group.addTask { await cancelWhenGracefulShutdown { await look() } }
        }
    }

    private func look() async {
        do {
            while true {
                try await Task.sleep(for: Self.lookInterval)
                await desk.look()
            }
        } catch {
            // That is how it stops.
        }
    }

    private func follow() async {
        do {
            while true {
                await desk.follow()
                try await Task.sleep(for: Self.interval)
            }
        } catch {
            // That is how it stops.
        }
    }
}
