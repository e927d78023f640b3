extension SecretsStore {
    /// Whether there is another file than the one that the server looked at last; it costs one look at the folder.
    package nonisolated var isStale: Bool {
        let snapshot = board.current
        if case .sealed = snapshot.status { return false }
        return snapshot.stamp != configuration.stamp
    }

    /// Judges the file again when somebody exchanged it: one that is not the server's is not used from now on, and the one
    /// that the server wrote last is used again.
    ///
    /// - Throws: ``SecretsError`` `secrets.unavailable`; nothing is known of the file then.
    package func refresh() throws(SecretsError) {
        if isStale { try look() }
    }

    /// Reads, opens and judges the file, whether or not it looks like another one.
    ///
    /// - Throws: ``SecretsError`` `secrets.sealed`, `.untrusted`, `.unavailable`.
    package func verify() throws(SecretsError) -> SecretsMark {
        try look()
        switch state {
        case .sealed: throw .sealed
        case .untrusted(let distrust): throw SecretsError(.untrusted, distrust.message)
        case .open(let secrets): return secrets.mark
        }
    }

    private func look() throws(SecretsError) {
        let identity: AgeIdentity
        switch state {
        case .sealed: return
        case .untrusted(let distrust): identity = distrust.identity
        case .open(let secrets): identity = secrets.identity
        }
        let stamp = configuration.stamp
        do throws(SecretsError) {
            adopt(try starter.open(with: identity).state)
        } catch {
            guard [.damaged, .identityWrong, .format].contains(error.code) else { throw error }
            adopt(.untrusted(try starter.distrust(error, identity, stamp)))
        }
    }
}
