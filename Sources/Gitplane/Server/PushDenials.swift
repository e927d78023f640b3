import Access
import Documents
import GitTransport
import Logging
import StateRepo

/// Notes in the audit log that pushes were refused; they stay refused when that cannot be written.
struct PushDenials: Sendable {
    private let control: AccessControl
    private let logger: Logger

    init(_ control: AccessControl, _ logger: Logger) {
        self.control = control
        self.logger = logger
    }

    /// A push over HTTP.
    func note(_ holder: PushTickets.Holder) async {
        let address = holder.address.flatMap { ClientAddress($0) }
        await note(holder.principal, from: address ?? .local, requestID: holder.requestID)
    }

    func note(_ principal: Principal, from address: ClientAddress, requestID: String) async {
        let details: JSONObject = ["request_id": .string(requestID)]
        let event = AuditEvent(.pushDenied, by: principal.identity.description, from: address, details: details)
        do {
            try await control.record(event)
        } catch {
            logger.error("refused push not audited", metadata: ["error": "\(error)"])
        }
    }
}
