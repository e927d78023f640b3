import Access
import Documents
import HTTPTypes
import Secrets
import StateRepo

/// `/secrets`: what looks after the secrets file.
struct SecretsFileHandlers: Sendable {
    let desk: SecretsDesk

    func register(in handlers: inout Handlers) {
        let file = self
        handlers.register("getSecretsStatus") { _ in
            await file.desk.look()
            return file.status()
        }
        handlers.register("unsealSecrets") { try await file.unseal($0) }
        // Where nothing is sealed no passphrase is tried; a server never becomes sealed while it runs.
        handlers.leaveUncounted("unsealSecrets") { !file.isSealed }
        handlers.register("verifySecrets") { _ in try await file.verify() }
        handlers.register("acceptSecrets") { try await file.accept($0) }
        handlers.register("rotateSecretsIdentity") { try await file.rotate($0) }
        handlers.register("addSecretsRecipient") { try await file.addRecipient($0) }
        handlers.register("removeSecretsRecipient") { try await file.removeRecipient($0) }
    }

    private var isSealed: Bool {
        if case .sealed = desk.store.board.current.status { true } else { false }
    }

    private func unseal(_ request: OperationRequest) async throws -> OperationResponse {
        defer { desk.noteCondition() }
        return try await desk.attempting(AuditEvent.Name.secretsUnsealed.rawValue, request, [:]) {
            guard let passphrase = Self.passphrase(request) else { throw Self.invalidPassphrase }
            guard let unsealing = try await desk.store.check(passphrase) else { return status() }
            try await desk.record(.secretsUnsealed, request)
            try await desk.store.unseal(unsealing)
            return status()
        }
    }

    private func verify() async throws -> OperationResponse {
        defer { desk.noteCondition() }
        _ = try await desk.store.verify()
        return status()
    }

    private func accept(_ request: OperationRequest) async throws -> OperationResponse {
        let digest = request.body?["digest"]?.stringValue.flatMap { SecretsDigest($0) }
        await desk.look()
        var details = JSONObject()
        if case .untrusted(let distrust) = desk.store.board.current.status {
            details["reason"] = .string(distrust.reason.rawValue)
        }
        details["digest"] = digest.map { .string($0.description) }
        return try await changing(.accepted, request, details) { note in
            try await desk.store.accept(digest, noting: [note])
        }
    }

    private func rotate(_ request: OperationRequest) async throws -> OperationResponse {
        let passphrase = Self.passphrase(request)
        guard passphrase != nil || request.body?["passphrase"] == nil else { throw Self.invalidPassphrase }
        let once = request.idempotency.map { SecretRequest($0, at: desk.time) }
        return try await changing(.rotated, request) { note in
            _ = try await desk.store.rotate(passphrase: passphrase, remembering: once, noting: [note])
        }
    }

    private func addRecipient(_ request: OperationRequest) async throws -> OperationResponse {
        let text = request.body?["recipient"]?.stringValue ?? ""
        return try await changing(.recipientAdded, request, Self.subject(text)) { note in
            try await desk.store.add(Self.recipient(text), noting: [note])
        }
    }

    private func removeRecipient(_ request: OperationRequest) async throws -> OperationResponse {
        let text = request.path("recipient")
        var readable: [SecretID] = []
        _ = try await changing(.recipientRemoved, request, Self.subject(text)) { note in
            readable = try await desk.store.remove(Self.recipient(text), noting: [note])
        }
        var body = body
        body["readable"] = .array(readable.map { .string($0.description) })
        return OperationResponse(.ok, .json(.object(body)))
    }

    /// A recipient is public; what is none may be anything, and is left out of the audit log.
    private static func subject(_ text: String) -> JSONObject {
        do { return ["recipient": .string(try AgeRecipient(text).description)] } catch { return [:] }
    }

    private func changing(
        _ event: SecretsNote.Event,
        _ request: OperationRequest,
        _ details: JSONObject = [:],
        _ work: (SecretsNote) async throws -> Void
    ) async throws -> OperationResponse {
        defer { desk.noteCondition() }
        try await desk.noting(event, request, details, work)
        return status()
    }

    private func status() -> OperationResponse { OperationResponse(.ok, .json(.object(body))) }

    private var body: JSONObject {
        let snapshot = desk.store.board.current
        var body = JSONObject()
        switch snapshot.status {
        case .open: body["status"] = "open"
        case .sealed: body["status"] = "sealed"
        case .untrusted(let distrust):
            body["status"] = "untrusted"
            body["reason"] = .string(distrust.reason.rawValue)
            body["message"] = .string(distrust.message)
            body["digest"] = distrust.digest.map { .string($0.description) }
        }
        if let mark = snapshot.mark, let document = snapshot.document {
            body["digest"] = .string(mark.digest.description)
            body["generation"] = JSONValue(mark.generation)
            body["count"] = JSONValue(document.entries.count)
            let others = document.allRecipients
            body["recipients"] = .array(others.map { .string($0.description) })
            if others.isEmpty { body["warnings"] = [.string(Self.noRecovery)] }
        }
        body["identity"] = snapshot.recipient.map { .string($0.description) }
        return body
    }

    private static let noRecovery =
        "nobody but this server can open the secrets file: add a recovery key (gitplane secrets add-recipient)"

    private static func passphrase(_ request: OperationRequest) -> SecretValue? {
        request.body?["passphrase"]?.stringValue.flatMap { SecretValue($0) }
    }

    private static var invalidPassphrase: StateError {
        SecretHandlers.invalid("/passphrase", "a passphrase has at least one byte, and no zero byte")
    }

    private static func recipient(_ text: String) throws -> AgeRecipient {
        do { return try AgeRecipient(text) } catch { throw ProblemError(.recipients, error.message) }
    }
}

extension SecretRequest {
    /// Stands in the very file that the request changes, so that a repetition whose answer a crash took changes nothing.
    ///
    /// The file is sealed: the passphrase may be part of the digest.
    fileprivate init(_ once: IdempotentRequest, at time: Int) {
        self.init(key: Self.digits(once.mark.key), body: Self.digits(once.whole), at: time, status: 200, answer: "")
    }

    private static func digits(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
