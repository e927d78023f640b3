import Synchronization

/// Hashes passwords, one at a time; a short queue waits, and whoever finds it full is told to come back.
///
/// One hash takes 128 MiB and a quarter of a second. Strangers can fill only a part of the queue, and somebody who
/// comes from where the account logged in before is served first: a flood of logins does not keep its owner out.
package final class PasswordHasher: Sendable {
    /// Who waits for a hash.
    package enum Caller: Hashable, Sendable {
        /// From an address where the account has logged in, or with a credential.
        case known
        case stranger
    }

    /// How many may wait.
    package static let maximumWaiting = 8
    /// How many of those places are never given to strangers.
    static let reserved = 2
    /// How long somebody waits for a turn: where processors are scarce a hash takes seconds, and whoever asked has gone.
    package static let maximumWait = Duration.seconds(10)
    /// Seconds after which the queue has room again.
    private static let retryAfter = 3

    private struct Turn {
        let continuation: CheckedContinuation<Bool, Never>
        let expiry: ContinuousClock.Instant
    }

    private struct State {
        var isBusy = false
        var count = 0
        var known: [Turn] = []
        var strangers: [Turn] = []

        /// What becomes of a new caller: its turn comes now, later, or not at all.
        mutating func enter(_ caller: Caller, _ turn: Turn) -> Bool? {
            guard isBusy else {
                isBusy = true
                return true
            }
            let room = caller == .known ? maximumWaiting : maximumWaiting - reserved
            guard known.count + strangers.count < room else { return false }
            switch caller {
            case .known: known.append(turn)
            case .stranger: strangers.append(turn)
            }
            return nil
        }

        /// Whose turn it is next, nobody's when `nil`; and who has waited for too long.
        mutating func next(at now: ContinuousClock.Instant) -> (turn: Turn?, expired: [Turn]) {
            let expired = (known + strangers).filter { $0.expiry <= now }
            known.removeAll { $0.expiry <= now }
            strangers.removeAll { $0.expiry <= now }
            if !known.isEmpty { return (known.removeFirst(), expired) }
            if !strangers.isEmpty { return (strangers.removeFirst(), expired) }
            isBusy = false
            return (nil, expired)
        }
    }

    private let worker: ScryptWorker
    private let cost: ScryptCost
    private let limits: ScryptLimits
    private let random: RandomBytes
    private let patience: Duration
    private let state = Mutex(State())
    /// What is hashed when there is nothing to compare with, so that the time tells nothing.
    private let decoy: [UInt8]

    package convenience init(
        cost: ScryptCost = .standard,
        limits: ScryptLimits = .standard,
        random: RandomBytes = .system
    ) {
        self.init(cost: cost, limits: limits, random: random, worker: ScryptWorker(), patience: Self.maximumWait)
    }

    /// - Parameter patience: how long somebody waits for a turn.
    init(cost: ScryptCost, limits: ScryptLimits, random: RandomBytes, worker: ScryptWorker, patience: Duration) {
        precondition(limits.allow(cost), "new hashes have a cost that is accepted again")
        self.cost = cost
        self.limits = limits
        self.random = random
        self.worker = worker
        self.patience = patience
        self.decoy = random.bytes(PasswordHash.saltLength)
    }

    /// How many passwords were hashed so far.
    package var count: Int { state.withLock { $0.count } }

    /// How many wait for a turn.
    var waitingCount: Int { state.withLock { $0.known.count + $0.strangers.count } }

    /// A new hash with a salt of its own and the present cost.
    ///
    /// - Throws: `rateLimited` when too many wait, or the turn does not come in time.
    func hash(_ password: String, for caller: Caller = .known) async throws -> PasswordHash {
        let salt = random.bytes(PasswordHash.saltLength)
        let hash = try await derive(password, salt: salt, cost: cost, for: caller)
        return PasswordHash(cost: cost, salt: salt, hash: hash)
    }

    /// Whether a password is the one that was hashed; `nil`, or a hash of a cost that is not run, is compared with
    /// nothing in the same time.
    ///
    /// - Throws: `rateLimited` when too many wait, or the turn does not come in time.
    func verify(_ password: String, against stored: PasswordHash?, for caller: Caller) async throws -> Bool {
        guard let stored, limits.allow(stored.cost) else {
            _ = try await derive(password, salt: decoy, cost: cost, for: caller)
            return false
        }
        let hash = try await derive(password, salt: stored.salt, cost: stored.cost, for: caller)
        return zip(hash, stored.hash).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Whether a stored hash should be replaced, now that the password is at hand.
    func isOutdated(_ hash: PasswordHash) -> Bool { hash.cost != cost }

    private func derive(
        _ password: String,
        salt: [UInt8],
        cost: ScryptCost,
        for caller: Caller
    ) async throws -> [UInt8] {
        try await takeTurn(caller)
        defer { endTurn() }
        state.withLock { $0.count += 1 }
        return try await worker.derive(password, salt: salt, cost: cost)
    }

    private func takeTurn(_ caller: Caller) async throws {
        let expiry = ContinuousClock.now + patience
        let isAdmitted = await withCheckedContinuation { continuation in
            let turn = Turn(continuation: continuation, expiry: expiry)
            if let decided = state.withLock({ $0.enter(caller, turn) }) { continuation.resume(returning: decided) }
        }
        guard isAdmitted else {
            throw AccessRefusal(
                .rateLimited,
                "Too many passwords are being checked; try again in a few seconds.",
                retryAfter: Self.retryAfter
            )
        }
    }

    private func endTurn() {
        let (turn, expired) = state.withLock { $0.next(at: .now) }
        for late in expired { late.continuation.resume(returning: false) }
        turn?.continuation.resume(returning: true)
    }
}
