internal import Crypto

/// Everything that stands in `secrets.age`, as one value.
///
/// A change makes the next generation of the whole document; ``SecretsStore`` is what writes it.
package struct SecretsDocument: Sendable {
    /// Secrets of all kinds together, those of agents that are gone among them.
    package static let maximumEntries = 50_000
    /// Remembered answers; the oldest are let go first.
    package static let maximumRequests = 1_000
    package static let maximumRecipients = 20
    /// How long an answer is remembered, in seconds.
    package static let requestRetention = 24 * 3600

    /// Which installation the document belongs to.
    package let instance: String
    /// Grows by one with every write.
    package internal(set) var generation: Int
    /// The digest of the file that this generation replaced; `nil` for the first one.
    package internal(set) var previous: SecretsDigest?
    /// Those who can open the file besides the server, the recovery key among them.
    package internal(set) var recipients: [AgeRecipient]
    /// Those whom the configuration named when the file was sealed.
    package internal(set) var configured: [AgeRecipient] = []
    package internal(set) var entries: [SecretID: SecretEntry]
    /// Those who went first come first.
    package internal(set) var orphans: [SecretOrphan]
    /// The oldest first.
    package internal(set) var requests: [SecretRequest]
    /// By whose secrets they are about.
    package internal(set) var intents: [SecretScope: SecretsIntent]
    /// Up to which commit the coming and going of agents is in the document; `nil` until it was looked at.
    package var seen: SecretsPoint?
    let fingerprintKey: SymmetricKey

    /// The first generation, without a secret.
    init(instance: String, generation: Int = 1, recipients: [AgeRecipient]) {
        self.init(
            instance: instance,
            generation: generation,
            recipients: recipients,
            fingerprintKey: SymmetricKey(size: .bits256)
        )
    }

    init(instance: String, generation: Int, recipients: [AgeRecipient], fingerprintKey: SymmetricKey) {
        self.instance = instance
        self.generation = generation
        self.recipients = recipients
        self.fingerprintKey = fingerprintKey
        self.entries = [:]
        self.orphans = []
        self.requests = []
        self.intents = [:]
    }

    /// Everybody besides the server who can open the file, each once.
    package var allRecipients: [AgeRecipient] { recipients + configured.filter { !recipients.contains($0) } }

    /// Eight digits by which equal values can be told from others, and nothing else: a keyed digest.
    package func fingerprint(of value: SecretValue) -> String {
        value.withBytes { bytes in
            Hexadecimal.text(HMAC<SHA256>.authenticationCode(for: bytes, using: fingerprintKey).prefix(4))
        }
    }
}

// MARK: - Changing

extension SecretsDocument {
    /// Who changes a secret, and when.
    package struct Author: Sendable {
        package let name: String
        /// In seconds since 1970.
        package let time: Int

        package init(name: String, time: Int) {
            self.name = name
            self.time = time
        }
    }

    /// Sets a secret; its version is the generation that is being made.
    ///
    /// - Throws: ``SecretsError`` `secrets.full`.
    @discardableResult
    package mutating func set(
        _ id: SecretID,
        to value: SecretValue,
        by author: Author,
        origin: String? = nil,
        isGrantable: Bool = true
    ) throws(SecretsError) -> SecretEntry {
        guard entries[id] != nil || totalCount < Self.maximumEntries else {
            throw SecretsError(.full, "there are \(Self.maximumEntries) secrets already: delete some first")
        }
        let entry = SecretEntry(
            value: value,
            version: generation,
            updatedAt: author.time,
            updatedBy: author.name,
            origin: origin,
            isGrantable: isGrantable
        )
        entries[id] = entry
        return entry
    }

    /// Removes a secret and returns it; `nil` when there was none.
    @discardableResult
    package mutating func remove(_ id: SecretID) -> SecretEntry? { entries.removeValue(forKey: id) }

    /// Remembers what the secrets of a connection are now, for ``takeBack(_:)``.
    package mutating func begin(_ scope: SecretScope, _ requestID: String, since point: SecretsPoint) {
        let present = entries.filter { $0.key.scope == scope }.map { ($0.key.name, $0.value) }
        let before = Dictionary(present) { first, _ in first }
        intents[scope] = SecretsIntent(requestID: requestID, since: point, before: before)
    }

    /// Lets go of what was remembered: the request has happened.
    package mutating func settle(_ scope: SecretScope) { intents[scope] = nil }

    /// Makes the secrets of a connection what they were before the request that ``begin(_:_:since:)`` was told of.
    package mutating func takeBack(_ scope: SecretScope) {
        guard let intent = intents.removeValue(forKey: scope) else { return }
        for id in entries.keys where id.scope == scope { entries[id] = nil }
        for (name, entry) in intent.before { entries[SecretID(scope, name)] = entry }
    }

    /// Remembers an answer, and lets go what is too old or too many.
    package mutating func remember(_ request: SecretRequest) {
        requests.removeAll { $0.at < request.at - Self.requestRetention || $0.key == request.key }
        requests.append(request)
        if requests.count > Self.maximumRequests { requests.removeFirst(requests.count - Self.maximumRequests) }
    }

    /// The answer to a request that was made before, unless it is too old.
    package func request(_ key: String, at time: Int) -> SecretRequest? {
        requests.last { $0.key == key && $0.at >= time - Self.requestRetention }
    }

    /// - Throws: ``SecretsError`` `secrets.recipients`.
    package mutating func add(_ recipient: AgeRecipient) throws(SecretsError) {
        guard !recipients.contains(recipient) else { return }
        guard recipients.count < Self.maximumRecipients else {
            throw SecretsError(.recipients, "there are \(Self.maximumRecipients) recipients already")
        }
        recipients.append(recipient)
    }

    /// - Throws: ``SecretsError`` `secrets.recipients` when it is not among ``recipients``, or among ``configured`` as well.
    package mutating func remove(_ recipient: AgeRecipient) throws(SecretsError) {
        guard !configured.contains(recipient) else {
            let remedy = "take it out of GITPLANE_SECRETS_RECIPIENTS and start the server anew"
            throw SecretsError(.recipients, "the configuration names \(recipient): \(remedy)")
        }
        guard let index = recipients.firstIndex(of: recipient) else {
            throw SecretsError(.recipients, "the file is not sealed to \(recipient)")
        }
        recipients.remove(at: index)
    }
}

extension SecretsDocument {
    /// The same secrets as another generation, and of another installation if need be.
    func renamed(_ instance: String, generation: Int) -> SecretsDocument {
        var document = SecretsDocument(
            instance: instance,
            generation: generation,
            recipients: recipients,
            fingerprintKey: fingerprintKey
        )
        document.entries = entries
        document.orphans = orphans
        document.requests = requests
        document.intents = intents
        document.seen = seen
        document.configured = configured
        return document
    }
}
