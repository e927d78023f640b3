/// Finds out what the secrets file and the identity are to each other, and makes both at the very first start.
struct SecretsStarter: Sendable {
    let configuration: SecretsStore.Configuration
    let file: SecretsFile
    let identityFile: IdentityFile
    let witness: any SecretsWitness

    /// What was found or made.
    struct Result {
        let state: SecretsState
        /// The recovery key that was just made; it is nowhere else.
        var recovery: AgeIdentity?
        /// What the configuration changed.
        var resealing: SecretsResealing?
    }

    /// Opens the file, or makes identity and file when there is no trace of either.
    ///
    /// - Throws: ``SecretsError`` that stops the start: `secrets.identity_missing`, `.identity_wrong`, `.identity_file`,
    ///   `.format_unknown`, `.damaged`, `.unavailable`.
    func start() throws(SecretsError) -> Result {
        let found = try file.find()
        switch (try identityFile.read(), found) {
        case (nil, nil):
            guard try rememberedFile() == nil else { throw missingIdentity("secrets.age is gone as well") }
            guard configuration.identityPath == nil else { throw missingIdentity("it is the file that was configured") }
            let identity = AgeIdentity()
            try identityFile.create(.plain(identity))
            return try create(for: identity, with: AgeIdentity())
        case (nil, .some): throw missingIdentity("there is a secrets file that only it opens")
        case (.locked(let locked), _): return Result(state: .sealed(locked))
        case (.plain(let identity), nil):
            if let testimony = try rememberedFile() { return Result(state: .untrusted(missing(testimony, identity))) }
            return try create(for: identity, with: AgeIdentity())
        case (.plain(let identity), let found?):
            return conform(try finishRotation(found, identity))
        }
    }

    /// Judges the file with an identity that is known, because somebody gave its passphrase or the server runs already.
    ///
    /// When there never was a file one is made that nobody but the server can open.
    func open(with identity: AgeIdentity) throws(SecretsError) -> Result {
        if let found = try file.find() { return conform(try judge(found, identity)) }
        if let testimony = try rememberedFile() { return Result(state: .untrusted(missing(testimony, identity))) }
        return try create(for: identity, with: nil)
    }

    /// Puts a document in place of the file, sealed to those whom the configuration names as well.
    func replace(
        _ present: SecretsMark?,
        with document: SecretsDocument,
        for identity: AgeIdentity,
        noting notes: [SecretsNote] = []
    ) throws(SecretsError) -> SecretsFile.Replacement {
        var document = document
        let resealing = SecretsResealing(of: document, for: configuration.recipients)
        document.configured = configuration.recipients
        let all = notes + (resealing?.notes ?? [])
        return try file.replace(present, with: document, for: identity, noting: all)
    }

    func testimony() throws(SecretsError) -> SecretsTestimony? {
        do {
            return try witness.testimony()
        } catch {
            let message = "the newest generation of the secrets file cannot be looked up"
            throw SecretsError(.unavailable, message, cause: error)
        }
    }

    private func finishRotation(
        _ found: SecretsFile.Found,
        _ identity: AgeIdentity
    ) throws(SecretsError) -> SecretsState {
        switch try identityFile.rotation(to: found.bytes, from: identity) {
        case .none: return try judge(found, identity)
        case .sealed(let next):
            try identityFile.promoteNext()
            switch next {
            case .plain(let next): return try judge(found, next)
            case .locked(let next): return .sealed(next)
            }
        case .unused:
            let state = try judge(found, identity)
            try identityFile.removeNext()
            return state
        }
    }

    /// Removes what was cut off beside the two files, which fit each other; also an identity that is not whole.
    func removeDrafts() {
        file.removeDrafts()
        // Beside one that the server was told of, somebody else may have files.
        guard configuration.identityPath == nil else { return }
        do throws(SecretsError) { try identityFile.removeNext() } catch {}
    }

    private func create(for identity: AgeIdentity, with recovery: AgeIdentity?) throws(SecretsError) -> Result {
        let recipients = recovery.map { [$0.recipient] } ?? []
        let document = SecretsDocument(instance: configuration.instance, recipients: recipients)
        let replacement = try replace(nil, with: document, for: identity)
        if let failure = replacement.failure { throw failure }
        return Result(state: .open(replacement.secrets), recovery: recovery)
    }

    /// Seals a file anew that is not sealed to those whom the configuration names.
    ///
    /// Where that fails the file stays in use as it is: whoever reads the status sees to whom it is sealed.
    private func conform(_ state: SecretsState) -> Result {
        guard case .open(let secrets) = state,
            let resealing = SecretsResealing(of: secrets.document, for: configuration.recipients)
        else { return Result(state: state) }
        var result = Result(state: state, resealing: resealing)
        do throws(SecretsError) {
            let replacement = try replace(secrets.mark, with: secrets.successor, for: secrets.identity)
            result = Result(state: .open(replacement.secrets), resealing: resealing)
            result.resealing?.failure = replacement.failure
            // Those who were removed could open it.
            if !resealing.removed.isEmpty { try file.removePrevious() }
        } catch {
            result.resealing?.failure = error
        }
        return result
    }
}

// MARK: - Refusals

extension SecretsStarter {
    /// What is remembered, when a file was ever in place: an announcement alone is a first start that was cut off.
    private func rememberedFile() throws(SecretsError) -> SecretsTestimony? {
        guard let testimony = try testimony(), testimony.present != nil else { return nil }
        return testimony
    }

    private func missing(_ testimony: SecretsTestimony, _ identity: AgeIdentity) -> SecretsDistrust {
        SecretsDistrust(
            reason: .missing,
            message: "secrets.age is gone: restore it, or secrets.age.previous",
            digest: nil,
            generation: max(testimony.present?.generation ?? 0, testimony.next?.generation ?? 0),
            document: nil,
            recipients: testimony.recipients,
            identity: identity,
            stamp: nil
        )
    }

    private func missingIdentity(_ why: String) -> SecretsError {
        let remedy = "restore it from your backup; docs/secrets.md says what the recovery key is for"
        return SecretsError(.identityMissing, "\(identityFile.path) is missing, and \(why): \(remedy)")
    }
}
