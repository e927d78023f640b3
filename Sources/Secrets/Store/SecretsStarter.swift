/// Finds out, at the start, what the secrets file and the identity are to each other.
struct SecretsStarter: Sendable {
    let configuration: SecretsStore.Configuration
    let file: SecretsFile
    let identityFile: IdentityFile
    let witness: any SecretsWitness

    /// What a start found or made.
    struct Result {
        let state: SecretsState
        /// The recovery key that was just made; it is nowhere else.
        let recovery: AgeIdentity?
    }

    /// Opens the file, or makes identity and file when there is no trace of either.
    ///
    /// - Throws: ``SecretsError`` that stops the start: `secrets.identity_missing`, `.identity_wrong`, `.identity_file`,
    ///   `.format_unknown`, `.unavailable`.
    func start() throws(SecretsError) -> Result {
        let bytes = try file.read()
        switch (try identityFile.read(), bytes) {
        case (nil, nil):
            guard try rememberedFile() == nil else { throw missingIdentity("secrets.age is gone as well") }
            guard configuration.identityPath == nil else { throw missingIdentity("it is the file that was configured") }
            let identity = AgeIdentity()
            try identityFile.create(.plain(identity))
            return try create(for: identity)
        case (nil, .some): throw missingIdentity("there is a secrets file that only it opens")
        case (.locked(let locked), _): return Result(state: .sealed(locked), recovery: nil)
        case (.plain(let identity), nil):
            if let testimony = try rememberedFile() {
                return Result(state: .untrusted(missing(testimony, identity)), recovery: nil)
            }
            return try create(for: identity)
        case (.plain(let identity), let bytes?):
            return Result(state: try finishRotation(bytes, identity), recovery: nil)
        }
    }

    /// Judges a file with the identity that a passphrase has given.
    func open(with identity: AgeIdentity) throws(SecretsError) -> Result {
        guard let bytes = try file.read() else {
            if let testimony = try rememberedFile() {
                return Result(state: .untrusted(missing(testimony, identity)), recovery: nil)
            }
            return try create(for: identity)
        }
        return Result(state: try judge(bytes, identity), recovery: nil)
    }

    /// A rotation writes the new identity beside the old one, then the file, then moves the identity: whichever of the two
    /// the file fits is the right one.
    private func finishRotation(_ bytes: [UInt8], _ identity: AgeIdentity) throws(SecretsError) -> SecretsState {
        switch try identityFile.readNext() {
        case nil: return try judge(bytes, identity)
        case .plain(let next)? where isSealed(bytes, to: next):
            try identityFile.promoteNext()
            return try judge(bytes, next)
        case .locked(let next)? where !isSealed(bytes, to: identity):
            try identityFile.promoteNext()
            return .sealed(next)
        case .plain?, .locked?:
            let state = try judge(bytes, identity)
            try identityFile.removeNext()
            return state
        }
    }

    func isSealed(_ bytes: [UInt8], to identity: AgeIdentity) -> Bool {
        do { return try !AgeFile.open(bytes, with: [identity]).isEmpty } catch { return false }
    }

    private func create(for identity: AgeIdentity) throws(SecretsError) -> Result {
        let recovery = AgeIdentity()
        let document = SecretsDocument(instance: configuration.instance, recipients: [recovery.recipient])
        let replacement = try file.replace(nil, with: document, for: identity, and: configuration.recipients)
        if let failure = replacement.failure { throw failure }
        let secrets = OpenSecrets(document, replacement.mark, identity, stamp: configuration.stamp)
        return Result(state: .open(secrets), recovery: recovery)
    }

    private func judge(_ bytes: [UInt8], _ identity: AgeIdentity) throws(SecretsError) -> SecretsState {
        let digest = SecretsDigest(of: bytes)
        let content: [UInt8]
        do {
            content = try AgeFile.open(bytes, with: [identity])
        } catch {
            if error.code == .noIdentity { throw wrongIdentity(identity) }
            return .untrusted(try distrust(.damaged, "it cannot be opened: \(error.message)", digest, nil, identity))
        }
        let decoded: SecretsDocument.Decoded
        do throws(SecretsError) {
            decoded = try SecretsDocument.decode(content, with: identity)
        } catch {
            if error.code == .format { throw error }
            return .untrusted(try distrust(.damaged, error.message, digest, nil, identity))
        }
        return try judge(decoded, digest, identity)
    }

    private func judge(
        _ decoded: SecretsDocument.Decoded,
        _ digest: SecretsDigest,
        _ identity: AgeIdentity
    ) throws(SecretsError) -> SecretsState {
        let document = decoded.document
        guard decoded.isAuthentic else {
            let message = "it was not written with this server's identity"
            return .untrusted(try distrust(.unauthenticated, message, digest, document, identity))
        }
        guard document.instance.utf8.elementsEqual(configuration.instance.utf8) else {
            return .untrusted(try distrust(.foreign, "it belongs to another installation", digest, document, identity))
        }
        let mark = SecretsMark(generation: document.generation, digest: digest)
        let testimony = try testimony()
        if let testimony, mark != testimony.present, mark != testimony.next {
            let newest = max(testimony.present?.generation ?? 0, testimony.next?.generation ?? 0)
            let isOld = document.generation < newest
            let message =
                isOld
                ? "it is generation \(document.generation), and generation \(newest) was written"
                : "it is not the file that was written last"
            return .untrusted(try distrust(isOld ? .rolledBack : .swapped, message, digest, document, identity))
        }
        if testimony?.present != mark || testimony?.next != nil { try file.confirm(mark) }
        return .open(OpenSecrets(document, mark, identity, stamp: configuration.stamp))
    }
}

// MARK: - Refusals

extension SecretsStarter {
    /// What is remembered, when a file was ever in place: an announcement alone is a first start that was cut off.
    private func rememberedFile() throws(SecretsError) -> SecretsTestimony? {
        guard let testimony = try testimony(), testimony.present != nil else { return nil }
        return testimony
    }

    func testimony() throws(SecretsError) -> SecretsTestimony? {
        do {
            return try witness.testimony()
        } catch {
            throw SecretsError(
                .unavailable,
                "the newest generation of the secrets file cannot be looked up",
                cause: error
            )
        }
    }

    private func distrust(
        _ reason: SecretsDistrust.Reason,
        _ message: String,
        _ digest: SecretsDigest?,
        _ document: SecretsDocument?,
        _ identity: AgeIdentity
    ) throws(SecretsError) -> SecretsDistrust {
        let testimony = try testimony()
        let generations = [document?.generation, testimony?.present?.generation, testimony?.next?.generation]
        return SecretsDistrust(
            reason: reason,
            message: "the secrets file is not used: \(message)",
            digest: digest,
            generation: generations.compactMap { $0 }.max() ?? 0,
            document: document,
            identity: identity
        )
    }

    private func missing(_ testimony: SecretsTestimony, _ identity: AgeIdentity) -> SecretsDistrust {
        SecretsDistrust(
            reason: .missing,
            message: "secrets.age is gone: restore it, or secrets.age.previous",
            digest: nil,
            generation: max(testimony.present?.generation ?? 0, testimony.next?.generation ?? 0),
            document: nil,
            identity: identity
        )
    }

    private func missingIdentity(_ why: String) -> SecretsError {
        let remedy = "restore it from your backup; docs/secrets.md says what the recovery key is for"
        return SecretsError(.identityMissing, "\(identityFile.path) is missing, and \(why): \(remedy)")
    }

    private func wrongIdentity(_ identity: AgeIdentity) -> SecretsError {
        let message = "the identity in \(identityFile.path) (\(identity.recipient)) does not open \(SecretsFile.name)"
        return SecretsError(.identityWrong, "\(message): put the right one there, or the file that belongs to it")
    }
}
