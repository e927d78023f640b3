import Access
import Foundation
import Logging
import ServiceLifecycle

/// What has to be done now and then: uses and counts go to the disk, what has expired goes away, and as long as there
/// is no owner there is a good setup code.
struct AccessUpkeep: Service {
    private static let interval: Duration = .seconds(60)
    private let control: AccessControl
    private let logger: Logger

    init(_ control: AccessControl, logger: Logger) {
        self.control = control
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do { try await Task.sleep(for: Self.interval) } catch { break }
                await pass()
            }
        }
        await pass()
    }

    /// Does everything once; failures are logged and tried again with the next pass.
    func pass() async {
        do {
            try await control.flush()
            try await control.purge()
            _ = try await control.renewSetupCode()
        } catch {
            logger.error("access upkeep failed", metadata: ["error": "\(error)"])
        }
    }
}
