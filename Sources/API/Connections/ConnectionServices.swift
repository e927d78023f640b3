import Catalogue
import Documents
package import Providers
import Secrets
import StateRepo

/// What the handlers of connections work with.
package struct ConnectionServices: Sendable {
    package let state: StateServices
    package let verifier: Verifier
    package let credentials: any CredentialStore
    package let records: any VerificationRecords

    package init(
        state: StateServices,
        verifier: Verifier,
        credentials: any CredentialStore,
        records: any VerificationRecords
    ) {
        self.state = state
        self.verifier = verifier
        self.credentials = credentials
        self.records = records
    }

    var catalogue: Catalogue { state.rules.catalogue }
}

extension ConnectionServices {
    /// What is shown of the secret fields; `nil` for a point in the past, and while the secrets cannot be used: the state
    /// works all the same.
    func marks(of document: MetadataDocument, _ view: StateView) throws -> [String: CredentialMark]? {
        guard !view.isPast else { return nil }
        do {
            return try credentials.marks(of: document)
        } catch let error as SecretsError where error.code == .sealed || error.code == .untrusted {
            return nil
        }
    }

    /// One round trip, remembered whatever comes of it.
    ///
    /// - Throws: ``ProblemError`` when the connection was not proven.
    func verify(_ values: ConnectionValues, of document: MetadataDocument) async throws -> Verification {
        do {
            let proof = try await verifier.verify(values)
            try await records.record(.init(proof), of: document)
            return proof
        } catch let error as VerificationError {
            if let record = VerificationRecord(error, at: verifier.time) {
                try await records.record(record, of: document)
            }
            throw ProblemError(error, of: document)
        }
    }
}

extension Verification {
    /// The answer of a verify call.
    var json: JSONValue {
        var object: JSONObject = ["verified": true]
        object["checked_at"] = .string(Timestamp.text(checkedAt))
        object["latency_ms"] = JSONValue(latency.milliseconds)
        object["models"] = .array(models.map(JSONValue.string))
        object["account"] = account.map(JSONValue.string)
        return .object(object)
    }
}
