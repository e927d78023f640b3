import Secrets

/// What a start prints once, when it has made the secrets file: the key that opens it when all else is lost.
enum RecoveryMessage {
    static func lines(_ recovery: AgeIdentity) -> [String] {
        [
            "A recovery key for the secrets of this installation, which is kept nowhere: write it down now.",
            "  \(recovery.exposed())",
            "Back up secrets.key too: without one of the two, what is in secrets.age is lost.",
            "",
        ]
    }
}
