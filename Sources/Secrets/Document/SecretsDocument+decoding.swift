internal import Crypto
internal import Documents

extension SecretsDocument {
    static let limits = JSONLimits(maximumBytes: AgeFile.maximumSize, maximumDepth: 8, maximumNodes: 1_000_000)

    /// A document that was read, and whether it was written by somebody who has the identity.
    struct Decoded {
        let document: SecretsDocument
        let isAuthentic: Bool
    }

    /// Reads what ``encoded(for:)`` writes.
    ///
    /// - Throws: ``SecretsError`` `secrets.damaged`, or `secrets.format` for a document of a newer program. What is wrong
    ///   in a document whose MAC does not fit says nothing of its content.
    static func decode(_ bytes: [UInt8], with identity: AgeIdentity) throws(SecretsError) -> Decoded {
        let isAuthentic = isAuthentic(bytes, identity)
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes, limits: limits)
        } catch {
            // The parser's message could quote the text.
            throw SecretsError(.damaged, "the content of the secrets file is not the JSON that it should be")
        }
        return Decoded(document: try SecretsDocument(value), isAuthentic: isAuthentic)
    }

    private static func isAuthentic(_ bytes: [UInt8], _ identity: AgeIdentity) -> Bool {
        let start = macPrefix.count + macLength + macSuffix.count
        guard bytes.count > start, bytes.starts(with: macPrefix),
            bytes[(start - macSuffix.count)...].starts(with: macSuffix),
            let mac = Hexadecimal.bytes(bytes[macPrefix.count..<(macPrefix.count + macLength)])
        else { return false }
        return isAuthentic(mac, bytes[start...], identity)
    }

    private init(_ value: JSONValue) throws(SecretsError) {
        guard let format = value["format"]?.intValue else { throw Self.damage("format") }
        guard format == Self.format else {
            throw SecretsError(.format, "the secrets file has format \(format): install a newer gitplane")
        }
        guard let instance = value["instance"]?.stringValue else { throw Self.damage("instance") }
        guard let generation = value["generation"]?.intValue, generation > 0 else { throw Self.damage("generation") }
        guard let key = value["fingerprint_key"]?.stringValue.flatMap({ Hexadecimal.bytes($0.utf8) }), key.count == 32
        else { throw Self.damage("fingerprint_key") }
        self.init(
            instance: instance,
            generation: generation,
            recipients: try Self.recipients(value["recipients"]),
            fingerprintKey: SymmetricKey(data: key)
        )
        configured = try Self.recipients(value["configured"])
        if let text = value["previous"]?.stringValue {
            guard let digest = SecretsDigest(text) else { throw Self.damage("previous") }
            previous = digest
        }
        if let revision = value["seen"]?["revision"]?.stringValue, let sequence = value["seen"]?["sequence"]?.intValue {
            seen = SecretsPoint(revision: revision, sequence: sequence)
        }
        try readEntries(value["entries"]?.objectValue)
        for orphan in value["orphans"]?.arrayValue ?? [] { orphans.append(try Self.orphan(orphan)) }
        guard totalCount <= Self.maximumEntries else { throw Self.damage("orphans") }
        // As it was written before orphans had entries of their own.
        for member in value["orphans"]?.objectValue ?? [:] {
            guard let definition = member.value["definition"]?.stringValue, let since = member.value["since"]?.intValue
            else { throw Self.damage("orphans") }
            orphan(member.key, definition: definition, since: since)
        }
        for member in value["intents"]?.objectValue ?? [:] {
            guard let scope = SecretScope(member.key), let intent = Self.intent(member.value) else {
                throw Self.damage("intents")
            }
            intents[scope] = intent
        }
        for request in value["requests"]?.arrayValue ?? [] { requests.append(try Self.request(request)) }
    }

    private static func recipients(_ list: JSONValue?) throws(SecretsError) -> [AgeRecipient] {
        var recipients: [AgeRecipient] = []
        for text in list?.arrayValue ?? [] {
            do { recipients.append(try AgeRecipient(text.stringValue ?? "")) } catch { throw damage("recipients") }
        }
        return recipients
    }

    private mutating func readEntries(_ object: JSONObject?) throws(SecretsError) {
        guard let object else { throw Self.damage("entries") }
        guard object.count <= Self.maximumEntries else { throw Self.damage("entries") }
        entries.reserveCapacity(object.count)
        for member in object {
            guard let id = SecretID(member.key), let entry = Self.entry(member.value) else {
                throw Self.damage("entries")
            }
            entries[id] = entry
        }
    }

    private static func entry(_ value: JSONValue) -> SecretEntry? {
        guard let secret = value["value"]?.stringValue.flatMap({ SecretValue($0) }),
            let version = value["version"]?.intValue, let time = value["updated_at"]?.intValue,
            let author = value["updated_by"]?.stringValue
        else { return nil }
        return SecretEntry(
            value: secret,
            version: version,
            updatedAt: time,
            updatedBy: author,
            origin: value["origin"]?.stringValue,
            isGrantable: value["grantable"]?.boolValue ?? true
        )
    }

    private static func intent(_ value: JSONValue) -> SecretsIntent? {
        guard let requestID = value["request"]?.stringValue, let revision = value["revision"]?.stringValue,
            let sequence = value["sequence"]?.intValue
        else { return nil }
        guard let before = entries(value["before"]) else { return nil }
        let since = SecretsPoint(revision: revision, sequence: sequence)
        return SecretsIntent(requestID: requestID, since: since, before: before)
    }

    private static func orphan(_ value: JSONValue) throws(SecretsError) -> SecretOrphan {
        guard let agent = value["agent"]?.stringValue, SecretScope("agents/\(agent)") != nil,
            let definition = value["definition"]?.stringValue, let since = value["since"]?.intValue,
            let secrets = entries(value["entries"])
        else { throw damage("orphans") }
        return SecretOrphan(agent: agent, definition: definition, since: since, secrets: secrets)
    }

    private static func entries(_ value: JSONValue?) -> [SecretName: SecretEntry]? {
        var entries: [SecretName: SecretEntry] = [:]
        for member in value?.objectValue ?? [:] {
            guard let name = SecretName(member.key), let entry = entry(member.value) else { return nil }
            entries[name] = entry
        }
        return entries
    }

    private static func request(_ value: JSONValue) throws(SecretsError) -> SecretRequest {
        guard let key = value["key"]?.stringValue, let body = value["body"]?.stringValue,
            let at = value["at"]?.intValue,
            let status = value["status"]?.intValue, let answer = value["answer"]?.stringValue
        else { throw damage("requests") }
        return SecretRequest(key: key, body: body, at: at, status: status, answer: answer)
    }

    /// - Parameter member: the name of the top-level member that is wrong, never what it holds.
    private static func damage(_ member: StaticString) -> SecretsError {
        SecretsError(.damaged, "“\(member)” in the content of the secrets file is not what it should be")
    }
}
