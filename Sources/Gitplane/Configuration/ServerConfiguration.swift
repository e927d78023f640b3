import Foundation
import Logging

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
    /// `nil` on a server that keeps no working tree.
    let workingTree: WorkingTreeSettings?
    /// What was accepted and should not stay as it is; printed at every start.
    let warnings: [String]
}
