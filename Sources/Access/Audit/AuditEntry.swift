import Crypto
import Documents
import StateRepo

/// One entry of the audit log, chained to the one before it.
///
/// ``hash`` is SHA-256 over the entry's JSON, members in the order of ``content``, without white space. It covers
/// ``previousHash``, so no entry can be changed, moved or taken out without changing every later hash.
package struct AuditEntry: Hashable, Sendable {
    /// What the first entry names as the one before it.
    package static let origin = String(repeating: "0", count: 64)

    /// From 1, without gaps.
    package let sequence: Int
    /// RFC 3339 in UTC.
    package let time: String
    package let event: String
    package let actor: String
    package let address: String
    /// The commit that it led to.
    package let revision: String?
    /// A JSON object as it was hashed.
    package let details: String
    package let previousHash: String
    /// 64 hexadecimal digits.
    package let hash: String

    /// An entry as it is stored.
    package init(
        sequence: Int,
        time: String,
        event: String,
        actor: String,
        address: String,
        revision: String?,
        details: String,
        previousHash: String,
        hash: String
    ) {
        self.sequence = sequence
        self.time = time
        self.event = event
        self.actor = actor
        self.address = address
        self.revision = revision
        self.details = details
        self.previousHash = previousHash
        self.hash = hash
    }

    /// The entry after `previous`, which is `nil` for the first one.
    package init(_ event: AuditEvent, at time: String, after previous: AuditEntry?) {
        self.sequence = (previous?.sequence ?? 0) + 1
        self.time = time
        self.event = event.name.rawValue
        self.actor = event.actor
        self.address = event.address.description
        self.revision = event.revision?.description
        self.details = JSONValue.object(event.details).description
        self.previousHash = previous?.hash ?? Self.origin
        self.hash = Self.hash(
            of: Self.content(sequence, time, self.event, actor, address, revision, details, previousHash)
        )
    }

    /// The hash that the entry should have.
    var expectedHash: String {
        Self.hash(of: Self.content(sequence, time, event, actor, address, revision, details, previousHash))
    }

    private static func hash(of content: JSONValue) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let hash = SHA256.hash(data: content.compactBytes)
        return String(decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func content(
        _ sequence: Int,
        _ time: String,
        _ event: String,
        _ actor: String,
        _ address: String,
        _ revision: String?,
        _ details: String,
        _ previousHash: String
    ) -> JSONValue {
        [
            "sequence": JSONValue(sequence), "time": .string(time), "event": .string(event), "actor": .string(actor),
            "address": .string(address), "revision": JSONValue(revision), "details": .string(details),
            "previous_hash": .string(previousHash),
        ]
    }
}
