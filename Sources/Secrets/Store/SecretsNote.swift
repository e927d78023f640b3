package import Documents

/// What the audit log says of a change of the secrets.
package struct SecretsNote: Hashable, Sendable {
    /// What happened, as events of the audit log are called.
    package enum Event: String, CaseIterable, Sendable {
        case written = "secret.written"
        case deleted = "secret.deleted"
        case rotated = "secret.rotated"
        case recipientAdded = "secret.recipient_added"
        case recipientRemoved = "secret.recipient_removed"
        /// A file that was not trusted was taken for the right one.
        case accepted = "secret.accepted"
        /// The secrets of an agent that went are kept aside.
        case orphaned = "secret.orphaned"
        /// An agent that came back has its secrets again.
        case returned = "secret.returned"
        /// Secrets of an agent or a connection that did not come back in time were let go.
        case forgotten = "secret.forgotten"
        /// The secrets of a connection are what they were before a request that came to nothing.
        case takenBack = "secret.taken_back"
    }

    package let event: Event
    /// Who did it, as `Principal` spells it.
    package let actor: String
    /// Where the request came from.
    package let address: String
    /// What else there is to know; never a secret.
    package let details: JSONObject

    package init(_ event: Event, by actor: String, from address: String, details: JSONObject) {
        self.event = event
        self.actor = actor
        self.address = address
        self.details = details
    }

    /// What the server does by itself.
    package static func byServer(_ event: Event, _ details: JSONObject) -> SecretsNote {
        SecretsNote(event, by: "server", from: "local", details: details)
    }
}
