internal import Crypto
internal import Documents

extension SecretsDocument {
    static let format = 1
    /// What stands before the MAC, and what between it and the bytes that it is made of.
    static let macPrefix = Array("{\"mac\":\"".utf8)
    static let macSuffix = Array("\",".utf8)
    static let macLength = 64
    private static let macPurpose = "gitplane/secrets/mac/v1"

    /// The document as one JSON object that starts with a MAC over the rest of it.
    ///
    /// age says nothing about who sealed a file. The MAC's key follows from the private identity, so only who could open
    /// the file before can have written it.
    func encoded(for identity: AgeIdentity) -> [UInt8] {
        var output = Self.macPrefix + [UInt8](repeating: 0, count: Self.macLength) + Self.macSuffix
        let start = output.count
        output.reserveCapacity(entries.values.reduce(start + 4_096) { $0 + $1.value.count + 512 })
        writeContent(into: &output)
        let mac = Hexadecimal.text(Self.mac(output[start...], identity))
        output.replaceSubrange(Self.macPrefix.count..<(Self.macPrefix.count + Self.macLength), with: mac.utf8)
        return output
    }

    static func mac(_ content: ArraySlice<UInt8>, _ identity: AgeIdentity) -> [UInt8] {
        content.withUnsafeBytes { Array(HMAC<SHA256>.authenticationCode(for: $0, using: macKey(identity))) }
    }

    static func isAuthentic(_ mac: [UInt8], _ content: ArraySlice<UInt8>, _ identity: AgeIdentity) -> Bool {
        content.withUnsafeBytes {
            HMAC<SHA256>.isValidAuthenticationCode(mac, authenticating: $0, using: macKey(identity))
        }
    }

    private static func macKey(_ identity: AgeIdentity) -> SymmetricKey {
        identity.derivedKey(salt: [], purpose: macPurpose)
    }

    private func writeContent(into output: inout [UInt8]) {
        output += "\"format\":\(Self.format),\"instance\":".utf8
        JSONValue.string(instance).write(into: &output)
        output += ",\"generation\":\(generation),\"previous\":".utf8
        JSONValue(previous?.description).write(into: &output)
        output += ",\"recipients\":".utf8
        JSONValue.array(recipients.map { .string($0.description) }).write(into: &output)
        output += ",\"fingerprint_key\":\"".utf8
        output += fingerprintKey.withUnsafeBytes { Hexadecimal.text($0) }.utf8
        output += "\",\"entries\":{".utf8
        writeEntries(into: &output)
        output += "},\"orphans\":".utf8
        JSONValue.object(JSONObject(orphans.sorted { $0.key < $1.key }.map { ($0.key, Self.value($0.value)) }))
            .write(into: &output)
        if let seen {
            output += ",\"seen\":{\"revision\":\"\(seen.revision)\",\"sequence\":\(seen.sequence)}".utf8
        }
        writeIntents(into: &output)
        output += ",\"requests\":".utf8
        JSONValue.array(requests.map(Self.value)).write(into: &output)
        output += "}\n".utf8
    }

    private func writeEntries(into output: inout [UInt8]) {
        var isFirst = true
        for (id, entry) in entries.sorted(by: { $0.key < $1.key }) {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            output += "\n\"\(id)\":".utf8
            Self.write(entry, into: &output)
        }
    }

    private func writeIntents(into output: inout [UInt8]) {
        guard !intents.isEmpty else { return }
        output += ",\"intents\":{".utf8
        for (index, (scope, intent)) in intents.sorted(by: { $0.key.path < $1.key.path }).enumerated() {
            output += "\(index == 0 ? "" : ",")\"\(scope.path)\":{\"request\":".utf8
            JSONValue.string(intent.requestID).write(into: &output)
            output += ",\"revision\":\"\(intent.since.revision)\",\"sequence\":\(intent.since.sequence)".utf8
            output += ",\"before\":{".utf8
            let before = intent.before.sorted { $0.key.description < $1.key.description }
            for (index, (name, entry)) in before.enumerated() {
                output += "\(index == 0 ? "" : ",")\"\(name)\":".utf8
                Self.write(entry, into: &output)
            }
            output += "}}".utf8
        }
        output.append(UInt8(ascii: "}"))
    }

    private static func write(_ entry: SecretEntry, into output: inout [UInt8]) {
        output += "{\"value\":".utf8
        entry.value.withBytes { writeText($0, into: &output) }
        output += ",\"version\":\(entry.version),\"updated_at\":\(entry.updatedAt),\"updated_by\":".utf8
        JSONValue.string(entry.updatedBy).write(into: &output)
        if let origin = entry.origin {
            output += ",\"origin\":".utf8
            JSONValue.string(origin).write(into: &output)
        }
        if !entry.isGrantable { output += ",\"grantable\":false".utf8 }
        output.append(UInt8(ascii: "}"))
    }

    /// As `JSONWriter` writes a text, without making a `String` of a secret.
    private static func writeText(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var start = 0
        for index in bytes.indices
        where bytes[index] < 0x20 || bytes[index] == UInt8(ascii: "\"") || bytes[index] == UInt8(ascii: "\\") {
            output.append(contentsOf: bytes[start..<index])
            output += "\\u00".utf8
            output += Hexadecimal.text(CollectionOfOne(bytes[index])).utf8
            start = index + 1
        }
        output.append(contentsOf: bytes[start...])
        output.append(UInt8(ascii: "\""))
    }

    private static func value(_ orphan: SecretOrphan) -> JSONValue {
        ["definition": .string(orphan.definition), "since": JSONValue(orphan.since)]
    }

    private static func value(_ request: SecretRequest) -> JSONValue {
        [
            "key": .string(request.key), "body": .string(request.body), "at": JSONValue(request.at),
            "status": JSONValue(request.status), "answer": .string(request.answer),
        ]
    }
}
