import Foundation
package import Providers
package import StateRepo
import Synchronization

/// Keeps the secret fields of connections in memory.
package final class MemoryCredentials: CredentialStore {
    private struct State {
        var secrets: [MetadataDocument: ConnectionSecrets] = [:]
        var marks: [MetadataDocument: [String: CredentialMark]] = [:]
        var version = 0
    }

    private let state = Mutex(State())

    package init() {}

    package func secrets(of document: MetadataDocument) async throws -> ConnectionSecrets {
        state.withLock { $0.secrets[document] ?? .none }
    }

    package func marks(of document: MetadataDocument) throws -> [String: CredentialMark] {
        state.withLock { $0.marks[document] ?? [:] }
    }

    package func replace(
        _ secrets: ConnectionSecrets,
        of document: MetadataDocument,
        by author: String
    ) async throws {
        state.withLock { state in
            let before = state.secrets[document] ?? .none
            var marks: [String: CredentialMark] = [:]
            state.version += 1
            for (name, value) in secrets.values {
                let isSame = before.values[name] == value && before.origin == secrets.origin
                let kept = isSame ? state.marks[document]?[name] : nil
                marks[name] =
                    kept
                    ?? CredentialMark(
                        version: state.version,
                        updatedAt: Date(timeIntervalSince1970: 1_700_000_000),
                        updatedBy: author
                    )
            }
            state.secrets[document] = secrets.values.isEmpty ? nil : secrets
            state.marks[document] = marks.isEmpty ? nil : marks
        }
    }
}
