/// Whether a connection works, judged by more than its last check.
package enum HealthStatus: String, Sendable {
    case healthy
    /// It failed, but not often enough to say that it does not work; or it works again, but not for long enough.
    case degraded
    case failing
    /// It was never checked.
    case unknown

    /// How many failures in a row make a connection `failing`; one that says the credential is wrong is enough.
    package static let failuresToFail = 3
    /// How many successes in a row make a connection `healthy` that was `failing`.
    package static let successesToHeal = 2

    /// What the connection was after each check.
    ///
    /// - Parameter records: the newest first, as the answer is.
    package static func history(_ records: [VerificationRecord]) -> [HealthStatus] {
        var progress = Progress()
        return records.reversed().map { progress.note($0) }.reversed()
    }

    private struct Progress {
        var failures = 0
        /// Successes that are still missing after a time of failing.
        var missing = 0

        mutating func note(_ record: VerificationRecord) -> HealthStatus {
            guard let failure = record.failure else {
                failures = 0
                missing = max(0, missing - 1)
                return missing == 0 ? .healthy : .degraded
            }
            failures += 1
            guard failures >= failuresToFail || failure.isCertain || missing > 0 else { return .degraded }
            missing = successesToHeal
            return .failing
        }
    }
}

extension VerificationError.Reason {
    /// Whether trying again cannot help.
    fileprivate var isCertain: Bool {
        switch self {
        case .rejected, .malformed, .incomplete, .originChanged, .notConfigured, .notVerifiable, .addressInvalid,
            .addressForbidden, .hostNotAllowed, .plainText:
            true
        case .unresolved, .connectionFailed, .redirected, .answerTooLarge, .unexpectedAnswer, .timeout, .busy,
            .proxyUnreachable, .proxyRefused, .proxyTimeout:
            false
        }
    }
}
