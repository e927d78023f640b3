/// What the store has, at one moment.
enum SecretsState: Sendable {
    /// The content of the identity's file, which a passphrase opens.
    case sealed([UInt8])
    case untrusted(SecretsDistrust)
    case open(OpenSecrets)
}

/// A document that is in place, and what opens it.
struct OpenSecrets: Sendable {
    let document: SecretsDocument
    let mark: SecretsMark
    let identity: AgeIdentity
    /// Tells whether somebody exchanged the file behind the server's back.
    let stamp: SecretsFileStamp?

    init(_ document: SecretsDocument, _ mark: SecretsMark, _ identity: AgeIdentity, stamp: SecretsFileStamp?) {
        self.document = document
        self.mark = mark
        self.identity = identity
        self.stamp = stamp
    }

    /// What is to replace the document: the next generation of it.
    var successor: SecretsDocument {
        var next = document
        next.generation += 1
        next.previous = mark.digest
        return next
    }
}

extension SecretsSnapshot {
    init(_ state: SecretsState) {
        switch state {
        case .sealed: self.init(status: .sealed, document: nil, mark: nil, recipient: nil, stamp: nil)
        case .untrusted(let distrust):
            self.init(
                status: .untrusted(distrust),
                document: nil,
                mark: nil,
                recipient: distrust.identity.recipient,
                stamp: distrust.stamp
            )
        case .open(let secrets):
            self.init(
                status: .open,
                document: secrets.document,
                mark: secrets.mark,
                recipient: secrets.identity.recipient,
                stamp: secrets.stamp
            )
        }
    }
}
