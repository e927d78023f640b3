package import Foundation
package import StateRepo

/// What came of one verification, as it is kept for the health of a connection.
package struct VerificationRecord: Hashable, Sendable {
    package let checkedAt: Date
    package let latencyMilliseconds: Int?
    package let httpStatus: Int?
    /// Why it failed; `nil` when the connection was proven.
    package let failure: VerificationError.Reason?
    package let models: [String]

    package init(
        checkedAt: Date,
        latencyMilliseconds: Int?,
        httpStatus: Int?,
        failure: VerificationError.Reason?,
        models: [String] = []
    ) {
        self.checkedAt = checkedAt
        self.latencyMilliseconds = latencyMilliseconds
        self.httpStatus = httpStatus
        self.failure = failure
        self.models = models
    }

    package init(_ proof: Verification) {
        self.init(
            checkedAt: proof.checkedAt,
            latencyMilliseconds: proof.latency.milliseconds,
            httpStatus: proof.httpStatus,
            failure: nil,
            models: proof.models
        )
    }

    /// `nil` for a failure that says nothing about the connection.
    package init?(_ error: VerificationError, at time: Date) {
        switch error.reason {
        case .busy, .notVerifiable, .notConfigured: return nil
        case .rejected, .malformed, .incomplete, .originChanged, .addressInvalid, .addressForbidden,
            .hostNotAllowed, .plainText, .unresolved, .connectionFailed, .redirected, .answerTooLarge,
            .unexpectedAnswer, .timeout, .proxyUnreachable, .proxyRefused, .proxyTimeout:
            self.init(checkedAt: time, latencyMilliseconds: nil, httpStatus: error.httpStatus, failure: error.reason)
        }
    }
}

extension Duration {
    package var milliseconds: Int { Int(components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000) }
}

/// Keeps what came of verifications, a bounded number for each connection.
package protocol VerificationRecords: Sendable {
    func record(_ record: VerificationRecord, of document: MetadataDocument) async throws

    /// The newest first.
    func records(of document: MetadataDocument) async throws -> [VerificationRecord]

    /// Lets go what is kept of a connection that is gone.
    func forget(_ document: MetadataDocument) async throws
}
