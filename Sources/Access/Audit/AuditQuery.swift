package import Foundation

/// What `GET /auth/audit` asks for; every given filter must hold.
package struct AuditQuery: Sendable {
    package var event: String?
    package var actor: String?
    package var since: Date?
    package var until: Date?
    /// Only entries with a smaller sequence.
    package var before: Int?
    package var limit: Int

    package init(limit: Int) { self.limit = limit }
}
