package import Foundation

/// Where accounts, sessions, tokens and the audit log are kept.
///
/// Everything that happens in one call of ``write(_:)`` happens as a whole or not at all, and survives a power cut once
/// the call has returned. Errors of the store are thrown as ``AccessRefusal``: `outcomeUnknown` when the disk fails to
/// confirm a commit, `storageFull`, else `auditUnavailable`; what the body throws passes through, and undoes what it did.
package protocol AccessStore: Sendable {
    func read<Result>(_ body: (any AccessRows) throws -> Result) throws -> Result
    func write<Result>(_ body: (any AccessRows) throws -> Result) throws -> Result
    /// The newest entries that a question asks for, newest first.
    func auditEntries(_ query: AuditQuery) throws -> [AuditEntry]
}

/// The rows, within one transaction.
package protocol AccessRows {
    /// The owner; `nil` when nobody has registered.
    func account() throws -> OperatorAccount?
    func insert(_ account: OperatorAccount) throws
    /// Removes the owner, and what is known of logins.
    func removeAccount() throws
    func setPassword(_ password: PasswordHash) throws
    func setLastLogin(_ time: Date) throws

    func sessions() throws -> [SessionRecord]
    func insert(_ session: SessionRecord) throws
    func remove(_ sessions: [SessionID]) throws
    func setLastUse(_ times: [SessionID: Date]) throws

    func tokens() throws -> [APITokenRecord]
    func insert(_ token: APITokenRecord) throws
    func remove(_ tokens: [APITokenID]) throws
    func setLastUse(_ times: [APITokenID: Date]) throws

    func setupCode() throws -> SetupCodeRecord?
    func setSetupCode(_ code: SetupCodeRecord?) throws
    func registrations() throws -> [RegistrationRecord]
    func insert(_ registration: RegistrationRecord) throws
    func removeRegistrations(_ digests: [TokenDigest]) throws

    /// Those that were not used.
    func recoveryCodes() throws -> [RecoveryCodeRecord]
    func replaceRecoveryCodes(_ codes: [RecoveryCodeRecord]) throws

    /// The failures of an account; all accounts that do not exist are one, which is `nil`.
    func failures(of account: OperatorID?, from network: String) throws -> LoginFailures?
    /// `nil` forgets them.
    func setFailures(_ failures: LoginFailures?, of account: OperatorID?, from network: String) throws
    func oldestFailure() throws -> Date?
    func removeFailures(before time: Date) throws
    func isKnown(_ network: String) throws -> Bool
    /// All that are.
    func knownNetworks() throws -> [String]
    /// Remembers a network, and forgets the oldest when there are too many.
    func remember(_ network: String, at time: Date) throws
    func strangerFailures(since time: Date) throws -> Int
    func addStrangerFailure(at time: Date) throws

    /// Keeps the first answer to a request with an `Idempotency-Key`.
    func keep(_ record: IdempotencyRecord, at time: Date) throws

    /// Adds an entry at the end of the audit log.
    @discardableResult
    func append(_ event: AuditEvent, at time: Date) throws -> AuditEntry
}
