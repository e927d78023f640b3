import Foundation
import StateRepo
import Synchronization

/// Every live credential, and from where the account has logged in, in memory: requests are authenticated, and floods of logins
/// sent away, without a look at the disk.
final class AccessDirectory: Sendable {
    private struct State {
        var account: OperatorAccount?
        var sessions: [TokenDigest: SessionRecord] = [:]
        var tokens: [TokenDigest: APITokenRecord] = [:]
        var knownNetworks: Set<String> = []
        /// Credentials that were used since the last flush.
        var usedSessions: [SessionID: Date] = [:]
        var usedTokens: [APITokenID: Date] = [:]
    }

    /// Whom a digest stands for.
    enum Match: Sendable {
        case session(SessionRecord, OperatorAccount)
        case token(APITokenRecord, OperatorAccount?)
        case expiredSession
        case expiredToken
    }

    private let state = Mutex(State())

    var account: OperatorAccount? { state.withLock { $0.account } }

    /// Whether the account has logged in from there.
    func isKnown(_ network: String) -> Bool { state.withLock { $0.knownNetworks.contains(network) } }

    /// Finds a credential and notes its use.
    func use(_ digest: TokenDigest, at time: Date) -> Match? {
        state.withLock { state in
            if let session = state.sessions[digest] {
                guard session.isActive(at: time), let account = state.account else { return .expiredSession }
                state.sessions[digest]?.lastUsedAt = time
                state.usedSessions[session.id] = time
                return .session(session, account)
            }
            guard let token = state.tokens[digest] else { return nil }
            guard token.isActive(at: time) else { return .expiredToken }
            state.tokens[digest]?.lastUsedAt = time
            state.usedTokens[token.id] = time
            return .token(token, state.account)
        }
    }

    /// Whether the digest is that of a session or token that has not ended.
    func isActive(_ digest: TokenDigest, at time: Date) -> Bool {
        state.withLock { state in
            if let session = state.sessions[digest] { return session.isActive(at: time) && state.account != nil }
            return state.tokens[digest]?.isActive(at: time) ?? false
        }
    }

    /// Active ones, the newest first.
    func sessions(at time: Date) -> [SessionRecord] {
        let all = state.withLock { Array($0.sessions.values) }
        return all.filter { $0.isActive(at: time) }
            .sorted { ($0.createdAt, $0.id.description) > ($1.createdAt, $1.id.description) }
    }

    /// Those that have not expired, the newest first.
    func tokens(at time: Date) -> [APITokenRecord] {
        let all = state.withLock { Array($0.tokens.values) }
        return all.filter { $0.isActive(at: time) }
            .sorted { ($0.createdAt, $0.id.description) > ($1.createdAt, $1.id.description) }
    }

    /// What a store has of that.
    struct Content: Sendable {
        let account: OperatorAccount?
        let sessions: [SessionRecord]
        let tokens: [APITokenRecord]
        let knownNetworks: [String]

        init(_ rows: any AccessRows) throws {
            account = try rows.account()
            sessions = try rows.sessions()
            tokens = try rows.tokens()
            knownNetworks = try rows.knownNetworks()
        }
    }

    /// Takes over what the store has now; uses that it does not know yet are kept.
    func replace(by content: Content) {
        state.withLock { state in
            state.account = content.account
            state.knownNetworks = Set(content.knownNetworks)
            state.sessions = Dictionary(content.sessions.map { ($0.digest, $0) }) { $1 }
            state.tokens = Dictionary(content.tokens.map { ($0.digest, $0) }) { $1 }
            for (digest, session) in state.sessions {
                if let time = state.usedSessions[session.id] { state.sessions[digest]?.lastUsedAt = time }
            }
            for (digest, token) in state.tokens {
                if let time = state.usedTokens[token.id] { state.tokens[digest]?.lastUsedAt = time }
            }
        }
    }

    /// The uses that the store does not know.
    func uses() -> (sessions: [SessionID: Date], tokens: [APITokenID: Date]) {
        state.withLock { ($0.usedSessions, $0.usedTokens) }
    }

    /// The store knows these uses now.
    func forget(_ uses: (sessions: [SessionID: Date], tokens: [APITokenID: Date])) {
        state.withLock { state in
            for (id, time) in uses.sessions where state.usedSessions[id] == time { state.usedSessions[id] = nil }
            for (id, time) in uses.tokens where state.usedTokens[id] == time { state.usedTokens[id] = nil }
        }
    }
}
