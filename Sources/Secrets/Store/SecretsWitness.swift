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

    package init(present: SecretsMark?, next: SecretsMark?) {
        self.present = present
        self.next = next
    }
}

/// Remembers, somewhere else than in the file, which secrets file was written last.
///
/// age cannot tell an old file that was put back from the newest one; this can. Calls block and return when what they
/// record would survive a power cut.
package protocol SecretsWitness: Sendable {
    /// `nil` when nothing was ever recorded.
    func testimony() throws -> SecretsTestimony?

    func record(_ testimony: SecretsTestimony) throws
}
