internal import Documents

/// What became of recipients that the configuration names, or names no more, when the file was opened.
package struct SecretsResealing: Sendable {
    package let added: [AgeRecipient]
    package let removed: [AgeRecipient]
    /// Why the file is still sealed to those that it was sealed to; the next change of a secret makes up for it.
    package internal(set) var failure: SecretsError?

    /// `nil` when the file is sealed to those whom the configuration names.
    init?(of document: SecretsDocument, for configured: [AgeRecipient]) {
        self.added = configured.filter { !document.configured.contains($0) }
        self.removed = document.configured.filter { !configured.contains($0) }
        if added.isEmpty && removed.isEmpty { return nil }
    }

    var notes: [SecretsNote] {
        func note(_ event: SecretsNote.Event, _ recipient: AgeRecipient) -> SecretsNote {
            .byServer(event, ["recipient": .string(recipient.description), "source": "configuration"])
        }
        return added.map { note(.recipientAdded, $0) } + removed.map { note(.recipientRemoved, $0) }
    }
}
