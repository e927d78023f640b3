package import Logging
import ServiceLifecycle

/// Notices new files of a certificate while the server runs.
package struct CertificateWatcher: Service {
    /// How often it looks.
    ///
    /// A watch of the files alone would miss links that lead elsewhere.
    static let interval = Duration.seconds(5)

    private let certificate: TLSCertificate
    private let logger: Logger

    package init(_ certificate: TLSCertificate, logger: Logger) {
        self.certificate = certificate
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: Self.interval)
                } catch {
                    return
                }
                look()
            }
        }
    }

    private func look() {
        do {
            if try certificate.reload() { logger.info("certificate renewed") }
        } catch {
            logger.error("certificate not renewed", metadata: ["file": "\(error.file)", "error": "\(error.message)"])
        }
    }
}
