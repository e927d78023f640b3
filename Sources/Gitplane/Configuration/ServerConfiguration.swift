import Access
import Foundation
import Logging
import Providers

/// What a server process was told, checked and complete.
struct ServerConfiguration: Sendable {
    enum LogFormat: String, Sendable {
        /// One line for people.
        case text
        /// One JSON object per line.
        case json
    }

    /// Absolute; it need not exist yet.
    let dataDirectory: URL
    let address: BindAddress
    let logLevel: Logger.Level
    let logFormat: LogFormat
    let publicOrigin: PublicOrigin?
    /// Where `/metrics` is served without credentials; `nil` when it is not.
    let metricsAddress: BindAddress?
    let traces: TraceSettings
    /// How verification reaches vendors.
    let egress: EgressSettings
    /// `nil` on a server that keeps no working tree.
    let workingTree: WorkingTreeSettings?
    /// How often the repository is looked after; `nil` when it is not.
    let maintenance: Duration?
    let tls: TLSFiles?
    let trustedProxies: TrustedProxies
    let rates: RateLimiter.Rates
    let secrets: SecretsSettings
    /// What was accepted and should not stay as it is; printed at every start.
    let warnings: [String]

    /// Of the addresses that the server has by itself.
    var scheme: String { tls == nil ? "http" : "https" }
}

/// The files of HTTPS.
struct TLSFiles: Hashable, Sendable {
    /// A file and the place that named it.
    struct Named: Hashable, Sendable {
        let path: String
        let place: String
    }

    let certificate: Named
    let key: Named
}
