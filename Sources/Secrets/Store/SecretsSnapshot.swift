internal import Synchronization

/// The secrets as they are at one moment.
package struct SecretsSnapshot: Sendable {
    package enum Status: Sendable {
        /// The secrets can be used.
        case open
        /// A passphrase is missing.
        case sealed
        case untrusted(SecretsDistrust)
    }

    package let status: Status
    /// The document, when ``status`` is `open`.
    package let document: SecretsDocument?
    /// Which file the document is in.
    package let mark: SecretsMark?
    /// The public half of the server's identity, as far as it is known.
    package let recipient: AgeRecipient?
    /// The file that the server looked at last; `nil` when there was none, and while the secrets are sealed.
    let stamp: SecretsFileStamp?

    /// - Throws: ``SecretsError`` `secrets.sealed` or `secrets.untrusted`.
    package func opened() throws(SecretsError) -> SecretsDocument {
        switch status {
        case .sealed: throw .sealed
        case .untrusted(let distrust): throw SecretsError(.untrusted, distrust.message)
        case .open:
            guard let document else { throw .sealed }
            return document
        }
    }
}

extension SecretsError {
    static var sealed: SecretsError {
        SecretsError(.sealed, "the secrets are sealed until somebody gives the passphrase")
    }
}

/// Shows the present snapshot to everybody, and tells when there is a new one.
package final class SecretsBoard: Sendable {
    private struct State {
        var snapshot: SecretsSnapshot
        var listeners: [AsyncStream<Void>.Continuation] = []
    }

    private let state: Mutex<State>

    init(_ snapshot: SecretsSnapshot) { self.state = Mutex(State(snapshot: snapshot)) }

    package var current: SecretsSnapshot { state.withLock { $0.snapshot } }

    /// An element for each change from now on; changes that nobody took yet count as one.
    package func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.listeners.append(continuation) }
        return stream
    }

    func publish(_ snapshot: SecretsSnapshot) {
        let listeners = state.withLock { state in
            state.snapshot = snapshot
            return state.listeners
        }
        for listener in listeners { listener.yield() }
    }
}
