/// One state of the secrets file: enough to tell it from an older or another one.
package struct SecretsMark: Hashable, Sendable {
    package let generation: Int
    package let digest: SecretsDigest

    package init(generation: Int, digest: SecretsDigest) {
        self.generation = generation
        self.digest = digest
    }
}

/// What is remembered of the secrets file, away from it.
package struct SecretsTestimony: Hashable, Sendable {
    /// The file that is in place.
    package let present: SecretsMark?
    /// The one that was about to replace it.
    package let next: SecretsMark?
    /// What the audit log is to say once ``next`` is in place.
    package let notes: [SecretsNote]
    /// Those who can open the newest file besides the server and those whom the configuration names, so that they are known
    /// when it is lost.
    package let recipients: [AgeRecipient]

    package init(
        present: SecretsMark?,
        next: SecretsMark?,
        notes: [SecretsNote] = [],
        recipients: [AgeRecipient] = []
    ) {
        self.present = present
        self.next = next
        self.notes = notes
        self.recipients = recipients
    }
}

/// Remembers, somewhere else than in the file, which secrets file was written last.
///
/// age cannot tell an old file that was put back from the newest one; this can. Calls block and return when what they
/// record would survive a power cut.
package protocol SecretsWitness: Sendable {
    /// `nil` when nothing was ever recorded.
    func testimony() throws -> SecretsTestimony?

    /// Records where the file is. When the present file is the one that was recorded as the next, the notes that were
    /// recorded with that one enter the audit log in the same step: a change stands there exactly when it has happened.
    ///
    /// - Throws: ``SecretsError`` `storage.full`, or anything else when it cannot be recorded.
    func record(_ testimony: SecretsTestimony) throws
}
