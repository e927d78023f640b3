/// Why the secrets file that was found is not used.
package struct SecretsDistrust: Sendable {
    package enum Reason: String, CaseIterable, Sendable {
        /// It cannot be opened: it was cut, changed, spliced, or sealed to others.
        case damaged
        /// It was sealed by somebody who does not have the identity, or edited with the recovery key.
        case unauthenticated
        /// It belongs to another installation.
        case foreign
        /// It is older than the newest that was written.
        case rolledBack = "rolled_back"
        /// It is not the file that was written last.
        case swapped
        /// It is gone.
        case missing
    }

    package let reason: Reason
    /// What was found, in one sentence; never a secret.
    package let message: String
    /// The name by which the file can be accepted; `nil` when there is none.
    package let digest: SecretsDigest?
    /// The newest generation that the file or the witness knows of.
    let generation: Int
    /// What the file holds, when it could be read.
    let document: SecretsDocument?
    /// Those who could open the newest file besides the server, as far as the witness knows.
    let recipients: [AgeRecipient]
    let identity: AgeIdentity
    /// Tells when there is another file to be judged; `nil` when there was none.
    let stamp: SecretsFileStamp?
}
