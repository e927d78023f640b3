extension SecretsStore {
    /// A passphrase that was right, and what it opens; nothing is open yet.
    package struct Unsealing: Sendable {
        fileprivate let identity: AgeIdentity
        /// Whether it is the identity of a rotation that was cut off, whose file is still beside the old one.
        fileprivate let isNext: Bool
    }

    /// Whether a passphrase opens the identity; a wrong one costs as much time as the right one.
    ///
    /// - Returns: `nil` when the secrets are not sealed: nothing is tried then.
    /// - Throws: ``SecretsError`` `secrets.passphrase_wrong`.
    package func check(_ passphrase: SecretValue) throws(SecretsError) -> Unsealing? {
        guard case .sealed(let locked) = state else { return nil }
        if let rotated = try rotatedIdentity(passphrase) { return Unsealing(identity: rotated, isNext: true) }
        let identity = try Self.identity(locked, passphrase, starter.identityFile.path)
        return Unsealing(identity: identity, isNext: false)
    }

    /// Opens what the passphrase protects; nothing happens when it is open already.
    ///
    /// - Throws: ``SecretsError`` as the start does.
    package func unseal(_ unsealing: Unsealing) throws(SecretsError) {
        guard case .sealed = state else { return }
        if unsealing.isNext { try starter.identityFile.promoteNext() }
        adopt(try starter.open(with: unsealing.identity).state)
    }

    /// The identity of a rotation that was cut off after the file was sealed to it; `nil` when there is none.
    private func rotatedIdentity(_ passphrase: SecretValue) throws(SecretsError) -> AgeIdentity? {
        guard let content = try starter.identityFile.readNext(), let found = try starter.file.find() else { return nil }
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
        return identity.opens(found.bytes) ? identity : nil
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
