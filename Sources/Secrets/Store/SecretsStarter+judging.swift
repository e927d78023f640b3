extension SecretsStarter {
    /// Decides whether a file is the one that the server wrote last.
    ///
    /// - Throws: ``SecretsError`` `secrets.identity_wrong`, `.format_unknown`, `.unavailable`.
    func judge(_ found: SecretsFile.Found, _ identity: AgeIdentity) throws(SecretsError) -> SecretsState {
        let subject = Subject(digest: SecretsDigest(of: found.bytes), stamp: found.stamp, identity: identity)
        let content: [UInt8]
        do {
            content = try AgeFile.open(found.bytes, with: [identity])
        } catch {
            if error.code == .noIdentity { throw wrongIdentity(identity) }
            return .untrusted(try distrust(.damaged, "it cannot be opened: \(error.message)", subject))
        }
        let decoded: SecretsDocument.Decoded
        do throws(SecretsError) {
            decoded = try SecretsDocument.decode(content, with: identity)
        } catch {
            if error.code == .format { throw error }
            return .untrusted(try distrust(.damaged, error.message, subject))
        }
        return try judge(decoded, subject)
    }

    /// What a file that cannot even be judged is to a server that runs.
    func distrust(
        _ error: SecretsError,
        _ identity: AgeIdentity,
        _ stamp: SecretsFileStamp?
    ) throws(SecretsError)
        -> SecretsDistrust
    {
        // The error's own message may name files of the host.
        let message =
            switch error.code {
            case .identityWrong: "it is not sealed to this server's identity"
            case .format: error.message
            default: "it is no file of its owner alone"
            }
        return try distrust(.damaged, message, Subject(digest: nil, stamp: stamp, identity: identity))
    }

    /// What is judged.
    private struct Subject {
        let digest: SecretsDigest?
        let stamp: SecretsFileStamp?
        let identity: AgeIdentity
    }

    private func judge(_ decoded: SecretsDocument.Decoded, _ subject: Subject) throws(SecretsError) -> SecretsState {
        let document = decoded.document
        guard decoded.isAuthentic else {
            let message = "it was not written with this server's identity"
            return .untrusted(try distrust(.unauthenticated, message, subject, document))
        }
        guard document.instance.utf8.elementsEqual(configuration.instance.utf8) else {
            return .untrusted(try distrust(.foreign, "it belongs to another installation", subject, document))
        }
        guard let digest = subject.digest else { preconditionFailure("a file that was read has a digest") }
        let mark = SecretsMark(generation: document.generation, digest: digest)
        let testimony = try testimony()
        if let testimony, mark != testimony.present, mark != testimony.next {
            let newest = max(testimony.present?.generation ?? 0, testimony.next?.generation ?? 0)
            let isOld = document.generation < newest
            let message =
                isOld
                ? "it is generation \(document.generation), and generation \(newest) was written"
                : "it is not the file that was written last"
            return .untrusted(try distrust(isOld ? .rolledBack : .swapped, message, subject, document))
        }
        let settled = SecretsTestimony(present: mark, next: nil, recipients: document.recipients)
        if testimony != settled { try file.confirm(mark, of: document) }
        return .open(OpenSecrets(document, mark, subject.identity, stamp: subject.stamp))
    }

    private func distrust(
        _ reason: SecretsDistrust.Reason,
        _ message: String,
        _ subject: Subject,
        _ document: SecretsDocument? = nil
    ) throws(SecretsError) -> SecretsDistrust {
        let testimony = try testimony()
        let generations = [document?.generation, testimony?.present?.generation, testimony?.next?.generation]
        return SecretsDistrust(
            reason: reason,
            message: "the secrets file is not used: \(message)",
            digest: subject.digest,
            generation: generations.compactMap { $0 }.max() ?? 0,
            document: document,
            recipients: testimony?.recipients ?? [],
            identity: subject.identity,
            stamp: subject.stamp
        )
    }

    private func wrongIdentity(_ identity: AgeIdentity) -> SecretsError {
        let message = "the identity in \(identityFile.path) (\(identity.recipient)) does not open \(SecretsFile.name)"
        return SecretsError(.identityWrong, "\(message): put the right one there, or the file that belongs to it")
    }
}
