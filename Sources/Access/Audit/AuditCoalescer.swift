import Documents
import Synchronization

/// Counts what may happen very often, so that one entry of the log stands for all of a minute.
///
/// What is not written yet is lost when the process is killed: at most the last minute.
final class AuditCoalescer: Sendable {
    /// How many different things are counted apart in a minute; the rest is counted together.
    static let maximumCount = 1_000

    fileprivate struct Key: Hashable {
        let name: AuditEvent.Name
        let actor: String
        let address: ClientAddress
        /// The account that it is about, when the actor is nobody.
        var account: String?
    }

    /// What was counted up to a moment.
    struct Counts: Sendable {
        fileprivate let counts: [Key: Int]

        var isEmpty: Bool { counts.isEmpty }

        var events: [AuditEvent] {
            counts.map { key, count in
                var details: JSONObject = ["count": JSONValue(count)]
                if let account = key.account { details["account"] = .string(account) }
                // Only reads are counted.
                if key.name == .breakGlass { details["use"] = .string(AuditEvent.BreakGlassUse.read.rawValue) }
                return AuditEvent(key.name, by: key.actor, from: key.address, details: details)
            }
        }
    }

    private let counts = Mutex<[Key: Int]>([:])

    /// Adds one; who and where are left out when there are too many different ones.
    func count(
        _ name: AuditEvent.Name,
        by actor: String,
        from address: ClientAddress,
        about account: OperatorID? = nil
    ) {
        let key = Key(name: name, actor: actor, address: address, account: account?.description)
        let rest = Key(name: name, actor: "several", address: .local)
        counts.withLock { counts in
            let isNew = counts[key] == nil && counts.count >= Self.maximumCount
            counts[isNew ? rest : key, default: 0] += 1
        }
    }

    /// Takes what was counted since the last call.
    func take() -> Counts {
        counts.withLock { counts in
            let taken = Counts(counts: counts)
            counts = [:]
            return taken
        }
    }

    /// Counts again what could not be written.
    func putBack(_ counts: Counts) {
        self.counts.withLock { $0.merge(counts.counts, uniquingKeysWith: +) }
    }
}
