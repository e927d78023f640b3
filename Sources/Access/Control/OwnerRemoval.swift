import Documents
package import Foundation

extension AccessStore {
    /// Removes the owner with all sessions, tokens and codes, so that a new one can register.
    ///
    /// For somebody who has lost password and recovery codes, but has the machine. The audit log stays, and says who did
    /// it. No server may run on the store: it would not notice.
    ///
    /// - Parameter actor: as it is written in the audit log.
    /// - Returns: who was the owner; `nil` when there was none, and then nothing has changed.
    package func removeOwner(by actor: String, at time: Date) throws -> OperatorAccount? {
        try write { rows in
            guard let account = try rows.account() else { return nil }
            try rows.remove(try rows.sessions().map(\.id))
            try rows.remove(try rows.tokens().map(\.id))
            try rows.replaceRecoveryCodes([])
            try rows.removeRegistrations(try rows.registrations().map(\.digest))
            try rows.setSetupCode(nil)
            try rows.removeAccount()
            let details: JSONObject = ["account": .string(account.id.description)]
            try rows.append(AuditEvent(.ownerRemoved, by: actor, from: .local, details: details), at: time)
            return account
        }
    }
}
