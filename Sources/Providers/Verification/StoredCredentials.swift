import Documents
package import Foundation
package import Secrets
package import StateRepo

/// The secret fields of connections in the installation's secrets file.
///
/// Every operation throws ``SecretsError`` `secrets.sealed` or `secrets.untrusted` while the secrets cannot be used.
package struct StoredCredentials: CredentialStore {
    private let store: SecretsStore
    private let now: @Sendable () -> Date

    package init(_ store: SecretsStore, now: @escaping @Sendable () -> Date = { Date() }) {
        self.store = store
        self.now = now
    }

    package func secrets(of document: MetadataDocument) async throws -> ConnectionSecrets {
        let entries = try entries(of: document)
        let origins = Set(entries.values.map(\.origin))
        // Values that were entered for different places go nowhere together.
        let origin = origins.count == 1 ? origins.first ?? nil : nil
        return ConnectionSecrets(values: entries.mapValues { $0.value.exposed() }, origin: origin)
    }

    package func marks(of document: MetadataDocument) throws -> [String: CredentialMark] {
        try entries(of: document).mapValues { entry in
            CredentialMark(
                version: entry.version,
                updatedAt: Date(timeIntervalSince1970: TimeInterval(entry.updatedAt)),
                updatedBy: entry.updatedBy
            )
        }
    }

    package func replace(
        _ secrets: ConnectionSecrets,
        of document: MetadataDocument,
        by author: String,
        in request: PendingRequest?,
        noting note: SecretsNote
    ) async throws {
        let scope = document.secretScope
        var values: [SecretID: SecretValue] = [:]
        for (name, text) in secrets.values {
            guard let name = SecretName(name), let value = SecretValue(text) else {
                throw Self.refused(name)
            }
            values[SecretID(scope, name)] = value
        }
        let (wanted, time) = (values, Int(now().timeIntervalSince1970))
        try await store.change(noting: [note]) { document throws(SecretsError) in
            if let request { document.begin(scope, request.id, since: request.since) }
            for id in document.entries.keys where id.scope == scope && wanted[id] == nil { document.remove(id) }
            for (id, value) in wanted.sorted(by: { $0.key < $1.key }) {
                if let entry = document.entries[id], entry.value == value, entry.origin == secrets.origin {
                    continue
                }
                try document.set(id, to: value, by: .init(name: author, time: time), origin: secrets.origin)
            }
        }
    }

    package func settle(_ document: MetadataDocument) async throws {
        let scope = document.secretScope
        try await store.change { document throws(SecretsError) in document.settle(scope) }
    }

    package func takeBack(_ document: MetadataDocument, noting note: SecretsNote) async throws {
        let scope = document.secretScope
        try await store.change(noting: [note]) { document throws(SecretsError) in document.takeBack(scope) }
    }

    private func entries(of document: MetadataDocument) throws(SecretsError) -> [String: SecretEntry] {
        let scope = document.secretScope
        let entries = try store.board.current.opened().entries.filter { $0.key.scope == scope }
        return Dictionary(entries.map { ($0.key.name.description, $0.value) }) { first, _ in first }
    }

    private static func refused(_ name: String) -> StateError {
        let problem = Diagnostic(
            .error,
            "secret.value",
            file: "",
            pointer: JSONPointer(tokens: ["fields", name]),
            "a secret has 1 to \(SecretValue.maximumLength) bytes, none of them zero"
        )
        return StateError(.requestInvalid, "the body does not fit the connection", diagnostics: [problem])
    }
}

extension MetadataDocument {
    /// Whose secrets the fields of the connection are.
    package var secretScope: SecretScope {
        switch self {
        case .provider(let id): .provider(id.description)
        case .connectionDefault(let key): .connection(key.description)
        }
    }
}
