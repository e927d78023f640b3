import Concurrency

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

        package init(folder: String, identityPath: String? = nil, recipients: [AgeRecipient] = [], instance: String) {
            self.folder = folder
            self.identityPath = identityPath
            self.recipients = recipients
            self.instance = instance
        }

        var stamp: FileStamp? { FileStamp("\(folder)/\(SecretsFile.name)") }
    }

    /// A store, and what its owner has to see once.
    package struct Start: Sendable {
        package let store: SecretsStore
        /// The recovery key, when the secrets file was just made: it is kept nowhere.
        package let recovery: AgeIdentity?
    }

    package nonisolated let board: SecretsBoard
    package nonisolated let configuration: Configuration
    private let starter: SecretsStarter
    private let executor = QueueExecutor(label: "gitplane.secrets")
    private var state: SecretsState

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
        return Start(store: SecretsStore(starter, result.state), recovery: result.recovery)
    }

    private init(_ starter: SecretsStarter, _ state: SecretsState) {
        self.starter = starter
        self.configuration = starter.configuration
        self.state = state
        self.board = SecretsBoard(SecretsSnapshot(state))
    }

    /// Makes the next generation: `edit` gets the document, and what it returns is returned when the file is written.
    ///
    /// - Throws: what `edit` throws, and ``SecretsError``; nothing has changed then, unless the code is
    ///   `storage.outcome_unknown`.
    package func change<Result: Sendable>(
        _ edit: @Sendable (inout SecretsDocument) throws(SecretsError) -> Result
    ) throws(SecretsError) -> Result {
        let present = try opened()
        var document = present.document
        document.generation += 1
        document.previous = present.mark.digest
        let result = try edit(&document)
        try write(document, over: present.mark, for: present.identity)
        return result
    }

    /// Opens what a passphrase protects; nothing happens when it is open already.
    ///
    /// - Throws: ``SecretsError`` `secrets.passphrase_wrong`, and as the start does.
    package func unseal(_ passphrase: SecretValue) throws(SecretsError) -> AgeIdentity? {
        guard case .sealed(let locked) = state else { return nil }
        let identity: AgeIdentity
        if let rotated = try rotatedIdentity(passphrase) {
            try starter.identityFile.promoteNext()
            identity = rotated
        } else {
            identity = try Self.identity(locked, passphrase, starter.identityFile.path)
        }
        let result = try starter.open(with: identity)
        adopt(result.state)
        return result.recovery
    }

    /// Takes the file that was found for the right one; it is written anew, so that it is authentic and the newest.
    ///
    /// - Parameter digest: names the file, so that nobody accepts one unseen; `nil` accepts that it is gone.
    /// - Throws: ``SecretsError`` `secrets.not_that_file`, or `secrets.damaged` when there is nothing to accept in it.
    package func accept(_ digest: SecretsDigest?) throws(SecretsError) {
        guard case .untrusted(let distrust) = state else { return }
        guard distrust.digest == digest else {
            throw SecretsError(.notThatFile, "that is not the digest of the file: look at the status again")
        }
        guard distrust.reason != .damaged else {
            throw SecretsError(.damaged, "the file cannot be read: restore \(SecretsFile.previousName) or a backup")
        }
        let document = distrust.document?.renamed(configuration.instance, generation: distrust.generation + 1)
        let empty = SecretsDocument(
            instance: configuration.instance,
            generation: distrust.generation + 1,
            recipients: []
        )
        try write(document ?? empty, over: try starter.testimony()?.present, for: distrust.identity)
    }

    /// Replaces the identity: afterwards the old one opens neither the file nor its previous generation.
    ///
    /// - Parameters:
    ///   - passphrase: protects the new identity's file; `nil` leaves it in plain text.
    ///   - request: what is remembered with the change; when it is remembered already nothing happens.
    package func rotate(
        passphrase: SecretValue?,
        remembering request: SecretRequest? = nil
    ) throws(SecretsError) -> AgeRecipient {
        let present = try opened()
        if let request, present.document.request(request.key, at: request.at) != nil {
            return present.identity.recipient
        }
        let identity = AgeIdentity()
        try starter.identityFile.writeNext(try Self.content(identity, passphrase))
        var document = present.document
        document.generation += 1
        document.previous = present.mark.digest
        if let request { document.remember(request) }
        do throws(SecretsError) {
            try write(document, over: present.mark, for: identity)
        } catch  where error.code != .outcomeUnknown && !error.isCrash {
            try starter.identityFile.removeNext()
            throw error
        }
        try starter.identityFile.promoteNext()
        try starter.file.removePrevious()
        return identity.recipient
    }

    /// Seals the file to one recipient less; its previous generation, which that one could open, goes.
    ///
    /// - Returns: what the recipient could read.
    /// - Throws: ``SecretsError`` `secrets.recipients` when the file is not sealed to it, and as ``change(_:)`` does.
    package func remove(_ recipient: AgeRecipient) throws(SecretsError) -> [SecretID] {
        let readable = try change { document throws(SecretsError) in
            try document.remove(recipient)
            return document.entries.keys.sorted()
        }
        try starter.file.removePrevious()
        return readable
    }

    /// Reads the file again and compares it with what the server has.
    ///
    /// - Throws: ``SecretsError`` when they differ, or the file cannot be opened.
    package func verify() throws(SecretsError) -> SecretsMark {
        let present = try opened()
        guard let bytes = try starter.file.read(), SecretsDigest(of: bytes) == present.mark.digest,
            starter.isSealed(bytes, to: present.identity)
        else { throw SecretsError(.damaged, "the secrets file is not the one that the server wrote") }
        return present.mark
    }

    // MARK: Helpers

    private func opened() throws(SecretsError) -> OpenSecrets {
        switch state {
        case .sealed: throw .sealed
        case .untrusted(let distrust): throw SecretsError(.untrusted, distrust.message)
        case .open(let secrets): return secrets
        }
    }

    private func write(
        _ document: SecretsDocument,
        over present: SecretsMark?,
        for identity: AgeIdentity
    ) throws(SecretsError) {
        if case .open(let secrets) = state, secrets.stamp != configuration.stamp {
            let result = try starter.open(with: secrets.identity)
            adopt(result.state)
            throw SecretsError(.unavailable, "the secrets file was exchanged while the server ran: try again")
        }
        let replacement = try starter.file.replace(
            present,
            with: document,
            for: identity,
            and: configuration.recipients
        )
        adopt(.open(OpenSecrets(document, replacement.mark, identity, stamp: configuration.stamp)))
        if let failure = replacement.failure { throw failure }
    }

    /// The identity of a rotation that was cut off after the file was sealed to it; `nil` when there is none.
    private func rotatedIdentity(_ passphrase: SecretValue) throws(SecretsError) -> AgeIdentity? {
        guard let content = try starter.identityFile.readNext(), let bytes = try starter.file.read() else { return nil }
        let identity: AgeIdentity
        switch content {
        case .plain(let plain): identity = plain
        case .locked(let locked):
            do throws(SecretsError) {
                identity = try Self.identity(locked, passphrase, starter.identityFile.path)
            } catch {
                if error.code == .passphrase || error.code == .identityFile { return nil }
                throw error
            }
        }
        return starter.isSealed(bytes, to: identity) ? identity : nil
    }

    private func adopt(_ state: SecretsState) {
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

    private static func identity(
        _ locked: [UInt8],
        _ passphrase: SecretValue,
        _ path: String
    ) throws(SecretsError) -> AgeIdentity {
        let content: [UInt8]
        do {
            content = try AgeFile.open(locked, passphrase: passphrase)
        } catch {
            if error.code == .passphraseWrong { throw SecretsError(.passphrase, "the passphrase is wrong") }
            throw SecretsError(.identityFile, "\(path): \(error.message)", cause: error)
        }
        return try IdentityFile.identity(content, path)
    }
}
