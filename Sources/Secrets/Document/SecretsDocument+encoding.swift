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
        if !configured.isEmpty {
            output += ",\"configured\":".utf8
            JSONValue.array(configured.map { .string($0.description) }).write(into: &output)
        }
        output += ",\"fingerprint_key\":\"".utf8
        output += fingerprintKey.withUnsafeBytes { Hexadecimal.text($0) }.utf8
        output += "\",\"entries\":{".utf8
        writeEntries(into: &output)
        output += "},\"orphans\":[".utf8
        writeOrphans(into: &output)
        output.append(UInt8(ascii: "]"))
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
        // Sorting pairs of a text and an index moves less than sorting the entries.
        let order = entries.indices.map { (entries[$0].key.description, $0) }.sorted { $0.0 < $1.0 }
        for (id, index) in order {
            Self.write(isFirst ? "\n\"" : ",\n\"", into: &output)
            isFirst = false
            output += id.utf8
            Self.write("\":", into: &output)
            Self.write(entries[index].value, into: &output)
        }
    }

    private func writeOrphans(into output: inout [UInt8]) {
        for (index, orphan) in orphans.enumerated() {
            output += "\(index == 0 ? "" : ",")\n{\"agent\":\"\(orphan.agent)\",\"definition\":".utf8
            JSONValue.string(orphan.definition).write(into: &output)
            output += ",\"since\":\(orphan.since),\"entries\":".utf8
            Self.write(orphan.secrets, into: &output)
            output.append(UInt8(ascii: "}"))
        }
    }

    private func writeIntents(into output: inout [UInt8]) {
        guard !intents.isEmpty else { return }
        output += ",\"intents\":{".utf8
        for (index, (scope, intent)) in intents.sorted(by: { $0.key.path < $1.key.path }).enumerated() {
            output += "\(index == 0 ? "" : ",")\"\(scope.path)\":{\"request\":".utf8
            JSONValue.string(intent.requestID).write(into: &output)
            output += ",\"revision\":\"\(intent.since.revision)\",\"sequence\":\(intent.since.sequence)".utf8
            output += ",\"before\":".utf8
            Self.write(intent.before, into: &output)
            output.append(UInt8(ascii: "}"))
        }
        output.append(UInt8(ascii: "}"))
    }

    private static func write(_ secrets: [SecretName: SecretEntry], into output: inout [UInt8]) {
        output.append(UInt8(ascii: "{"))
        let sorted = secrets.sorted { $0.key.description < $1.key.description }
        for (index, (name, entry)) in sorted.enumerated() {
            output += "\(index == 0 ? "" : ",")\"\(name)\":".utf8
            write(entry, into: &output)
        }
        output.append(UInt8(ascii: "}"))
    }

    private static func write(_ entry: SecretEntry, into output: inout [UInt8]) {
        write("{\"value\":", into: &output)
        entry.value.withBytes { writeText($0, into: &output) }
        write(",\"version\":", into: &output)
        output += "\(entry.version)".utf8
        write(",\"updated_at\":", into: &output)
        output += "\(entry.updatedAt)".utf8
        write(",\"updated_by\":", into: &output)
        writeText(entry.updatedBy, into: &output)
        if let origin = entry.origin {
            write(",\"origin\":", into: &output)
            writeText(origin, into: &output)
        }
        if !entry.isGrantable { write(",\"grantable\":false", into: &output) }
        output.append(UInt8(ascii: "}"))
    }

    private static func write(_ text: StaticString, into output: inout [UInt8]) {
        text.withUTF8Buffer { output.append(contentsOf: $0) }
    }

    private static func writeText(_ text: String, into output: inout [UInt8]) {
        var text = text
        text.withUTF8 { writeText(UnsafeRawBufferPointer($0), into: &output) }
    }

    /// As `JSONWriter` writes a text, without making a `String` of a secret.
    private static func writeText(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var start = 0
        while let index = special(in: bytes, from: start) {
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
            output += "\\u00".utf8
            output += Hexadecimal.text(CollectionOfOne(bytes[index])).utf8
            start = index + 1
        }
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start...]))
        output.append(UInt8(ascii: "\""))
    }

    /// The place of the next byte that a JSON text cannot hold as it is, eight bytes looked at at once.
    private static func special(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var index = start
        while index + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if holdsSpecial(word) { break }
            index += 8
        }
        return bytes[index...].firstIndex { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
    }

    /// Whether one of eight bytes is below 0x20, a quotation mark or a backslash; it may say so of a word that has none,
    /// never the opposite.
    private static func holdsSpecial(_ word: UInt64) -> Bool {
        let (ones, tops): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
        func isBelow(_ word: UInt64, _ limit: UInt64) -> UInt64 { (word &- ones &* limit) & ~word & tops }
        let quotation = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        return isBelow(word, 0x20) | isBelow(quotation, 1) | isBelow(backslash, 1) != 0
    }

    private static func value(_ request: SecretRequest) -> JSONValue {
        [
            "key": .string(request.key), "body": .string(request.body), "at": JSONValue(request.at),
            "status": JSONValue(request.status), "answer": .string(request.answer),
        ]
    }
}
