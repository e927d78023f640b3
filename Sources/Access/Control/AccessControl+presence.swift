import StateRepo

extension AccessControl {
    /// Refuses what somebody asks for whose credential was revoked after the request came: within the transaction of what is
    /// asked for, so that nothing comes between.
    ///
    /// Whether a credential has expired was seen when the request came; the rows are behind in when it was last used.
    ///
    /// - Throws: `sessionExpired`, `tokenInvalid`.
    func demandPresence(of principal: Principal, _ rows: any AccessRows) throws {
        let isPresent: Bool
        switch principal.identity {
        case .operator:
            let session = principal.session
            guard try session == nil || rows.sessions().contains(where: { $0.id.description == session }) else {
                throw AccessRefusal(.sessionExpired, "The session has ended; log in again.")
            }
            isPresent = true
        case .token(let id): isPresent = try rows.tokens().contains { $0.id.description == id }
        case .breakGlass: isPresent = try configuration.breakGlass != nil || rows.account() == nil
        case .local, .server: isPresent = true
        }
        guard isPresent else { throw AccessRefusal(.tokenInvalid, "The token was revoked meanwhile.") }
    }
}
