import Concurrency
package import Telemetry

/// The only writer of `secrets.age`.
///
/// Readers take ``board``'s snapshot. Each change makes the next generation of the whole file, and is durable when the
/// call returns.
package actor SecretsStore {
    package struct Configuration: Sendable {
        /// The folder of `secrets.age`, an absolute path.
        package let folder: String
        /// The identity's file, when it was configured; else `secrets.key` in ``folder``, which is made when it is missing.
        package let identityPath: String?
        /// Recipients that the configuration adds to those of the document.
        package let recipients: [AgeRecipient]
        /// The name of the installation, which the document carries.
        package let instance: String
        /// Where writes of the file are recorded, without what is in it.
        package let spans: Spans

        package init(
            folder: String,
            identityPath: String? = nil,
            recipients: [AgeRecipient] = [],
            instance: String,
            spans: Spans = .none
        ) {
            self.folder = folder
            self.identityPath = identityPath
            self.recipients = recipients
            self.instance = instance
            self.spans = spans
        }

        var stamp: SecretsFileStamp? { SecretsFileStamp("\(folder)/\(SecretsFile.name)") }
    }

    /// A store, and what its owner has to see once.
    package struct Start: Sendable {
        package let store: SecretsStore
        /// The recovery key, when the secrets file was just made: it is kept nowhere.
        package let recovery: AgeIdentity?
        /// What the configuration has changed.
        package let resealing: SecretsResealing?
    }

    package nonisolated let board: SecretsBoard
    package nonisolated let configuration: Configuration
    let starter: SecretsStarter
    private let executor = QueueExecutor(label: "gitplane.secrets")
    private(set) var state: SecretsState
    /// Whether the only identity that opens the file is still beside the one whose place it takes.
    private var isPromotionDue = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens the secrets of an installation, or makes them when there are none; it blocks.
    ///
    /// - Throws: ``SecretsError`` that has to stop the start.
    package static func start(
        _ configuration: Configuration,
        witness: any SecretsWitness,
        faults: SecretsFaults = .none
    ) throws(SecretsError) -> Start {
        let path = configuration.identityPath ?? "\(configuration.folder)/secrets.key"
        let starter = SecretsStarter(
            configuration: configuration,
            file: SecretsFile(folder: PrivateFolder(configuration.folder, faults: faults), witness: witness),
            identityFile: IdentityFile(path: path, isOurs: configuration.identityPath == nil, faults: faults),
            witness: witness
        )
        let result = try starter.start()
        // Where it cannot be opened, somebody may want to look at what was written next.
        if case .open = result.state { starter.removeDrafts() }
        let store = SecretsStore(starter, result.state)
        return Start(store: store, recovery: result.recovery, resealing: result.resealing)
    }

    private init(_ starter: SecretsStarter, _ state: SecretsState) {
        self.starter = starter
        self.configuration = starter.configuration
        self.state = state
        self.board = SecretsBoard(SecretsSnapshot(state))
    }

    /// Makes the next generation: `edit` gets the document, and what it returns is returned when the file is written.
    ///
    /// - Parameter notes: what the audit log says of it; it does exactly when the file is written.
    /// - Throws: what `edit` throws, and ``SecretsError``; nothing has changed then, unless the code is
    ///   `storage.outcome_unknown`.
    package func change<Result: Sendable>(
        noting notes: [SecretsNote] = [],
        _ edit: @Sendable (inout SecretsDocument) throws(SecretsError) -> Result
    ) throws(SecretsError) -> Result {
        try refresh()
        let present = try opened()
        var document = present.successor
        let result = try edit(&document)
        try write(document, over: present.mark, for: present.identity, notes)
        return result
    }

    /// Takes the file that was found for the right one; it is written anew, so that it is authentic and the newest.
    ///
    /// - Parameters:
    ///   - digest: names the file, so that nobody accepts one unseen; `nil` accepts that it is gone.
    ///   - notes: what the audit log says of it.
    /// - Throws: ``SecretsError`` `secrets.not_that_file`, or `secrets.damaged` when there is nothing to accept in it.
    package func accept(_ digest: SecretsDigest?, noting notes: [SecretsNote] = []) throws(SecretsError) {
        try refresh()
        switch state {
        case .sealed: throw .sealed
        case .open(let secrets):
            guard digest == secrets.mark.digest else { throw Self.notThatFile }
        case .untrusted(let distrust):
            guard distrust.digest == digest, digest != nil || distrust.reason == .missing else {
                throw Self.notThatFile
            }
            guard distrust.reason != .damaged else {
                throw SecretsError(.damaged, "the file cannot be read: restore \(SecretsFile.previousName) or a backup")
            }
            let (instance, generation) = (configuration.instance, distrust.generation + 1)
            let empty = SecretsDocument(instance: instance, generation: generation, recipients: distrust.recipients)
            let document = distrust.document?.renamed(instance, generation: generation) ?? empty
            try write(document, over: try starter.testimony()?.present, for: distrust.identity, notes)
        }
    }

    /// Replaces the identity: afterwards the old one opens neither the file nor its previous generation.
    ///
    /// - Parameters:
    ///   - passphrase: protects the new identity's file; `nil` leaves it in plain text.
    ///   - request: what is remembered with the change; when it is remembered already nothing happens,
    ///     and another one under its key is `idempotency.key_reused`.
    ///   - notes: what the audit log says of it.
    package func rotate(
        passphrase: SecretValue?,
        remembering request: SecretRequest? = nil,
        noting notes: [SecretsNote] = []
    ) throws(SecretsError) -> AgeRecipient {
        try refresh()
        let present = try opened()
        try finishRotation()
        if let request, let first = present.document.request(request.key, at: request.at) {
            guard first.body == request.body else {
                throw SecretsError(.keyReused, "the key was used for another request")
            }
            return present.identity.recipient
        }
        let identity = AgeIdentity()
        try starter.identityFile.writeNext(try Self.content(identity, passphrase))
        var document = present.successor
        if let request { document.remember(request) }
        do throws(SecretsError) {
            try write(document, over: present.mark, for: identity, notes)
        } catch  where error.code != .outcomeUnknown && !error.isCrash {
            try starter.identityFile.removeNext()
            throw error
        } catch {
            isPromotionDue = true
            throw error
        }
        isPromotionDue = true
        try finishRotation()
        try starter.file.removePrevious()
        return identity.recipient
    }

    /// Puts the identity of a rotation in its place, also of one before, whose end could not be reached: the next would write
    /// over it.
    private func finishRotation() throws(SecretsError) {
        guard isPromotionDue else { return }
        try starter.identityFile.promoteNext()
        isPromotionDue = false
    }

    /// Seals the file to one recipient more, whom it may be sealed to already.
    ///
    /// - Throws: ``SecretsError`` `secrets.recipients` when there are too many, and for the server's own identity, which a
    ///   rotation would keep; and as ``change(noting:_:)`` does.
    package func add(_ recipient: AgeRecipient, noting notes: [SecretsNote] = []) throws(SecretsError) {
        try refresh()
        guard try opened().identity.recipient != recipient else {
            throw SecretsError(.recipients, "\(recipient) is the server's own identity, which can always open the file")
        }
        try change(noting: notes) { document throws(SecretsError) in try document.add(recipient) }
    }

    /// Seals the file to one recipient less; its previous generation, which that one could open, goes.
    ///
    /// - Returns: what the recipient could read.
    /// - Throws: ``SecretsError`` `secrets.recipients` when the file is not sealed to it or the configuration names it, and as
    ///   ``change(noting:_:)`` does.
    package func remove(
        _ recipient: AgeRecipient,
        noting notes: [SecretsNote] = []
    ) throws(SecretsError) -> [SecretID] {
        let readable = try change(noting: notes) { document throws(SecretsError) in
            try document.remove(recipient)
            return document.allIDs
        }
        try starter.file.removePrevious()
        return readable
    }

    // MARK: Helpers

    private func opened() throws(SecretsError) -> OpenSecrets {
        switch state {
        case .sealed: throw .sealed
        case .untrusted(let distrust): throw SecretsError(.untrusted, distrust.message)
        case .open(let secrets): return secrets
        }
    }

    private static var notThatFile: SecretsError {
        SecretsError(.notThatFile, "that is not the digest of the file: look at the status again")
    }

    private func write(
        _ document: SecretsDocument,
        over present: SecretsMark?,
        for identity: AgeIdentity,
        _ notes: [SecretsNote]
    ) throws(SecretsError) {
        if isStale {
            try refresh()
            _ = try opened()
            throw SecretsError(.unavailable, "the secrets file was exchanged meanwhile: try again")
        }
        try configuration.spans.withSpan("write secrets") { span throws(SecretsError) in
            do throws(SecretsError) {
                let replacement = try starter.replace(present, with: document, for: identity, noting: notes)
                adopt(.open(replacement.secrets))
                if let failure = replacement.failure { throw failure }
            } catch {
                span.fail(error.code.rawValue)
                throw error
            }
        }
    }

    func adopt(_ state: SecretsState) {
        self.state = state
        board.publish(SecretsSnapshot(state))
    }

    private static func content(
        _ identity: AgeIdentity,
        _ passphrase: SecretValue?
    ) throws(SecretsError) -> IdentityFile.Content {
        guard let passphrase else { return .plain(identity) }
        do {
            return .locked(try AgeFile.seal(IdentityFile.plainText(identity), passphrase: passphrase))
        } catch {
            throw SecretsError(.unavailable, "the identity cannot be sealed", cause: error)
        }
    }
}
