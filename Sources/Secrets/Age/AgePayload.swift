internal import Crypto
internal import Foundation

/// The payload of an age file: STREAM with ChaCha20-Poly1305 in chunks of 64 KiB (C2SP age specification, “Payload”).
///
/// Each chunk's nonce counts the chunks and marks the last one, so none can be cut off, moved or added.
enum AgePayload {
    static let chunkSize = 64 << 10
    static let nonceLength = 16
    private static let tagLength = 16

    /// Appends nonce and chunks to `output`.
    static func seal(_ content: [UInt8], _ fileKey: SymmetricKey, into output: inout [UInt8]) throws(AgeError) {
        let nonce = SymmetricKey(size: .init(bitCount: nonceLength * 8)).withUnsafeBytes { Array($0) }
        let key = key(fileKey, nonce)
        output.reserveCapacity(output.count + content.count + (content.count / chunkSize + 1) * tagLength + nonceLength)
        output += nonce
        var counter: UInt64 = 0
        var offset = 0
        do {
            repeat {
                let end = min(offset + chunkSize, content.count)
                let nonce = try chunkNonce(counter, isLast: end == content.count)
                let box = try ChaChaPoly.seal(content[offset..<end], using: key, nonce: nonce)
                box.ciphertext.withUnsafeBytes { output.append(contentsOf: $0) }
                box.tag.withUnsafeBytes { output.append(contentsOf: $0) }
                offset = end
                counter += 1
            } while offset < content.count
        } catch {
            throw AgeError(.payloadUnauthenticated, "the payload cannot be sealed")
        }
    }

    /// The content of everything from `start` on.
    ///
    /// - Throws: ``AgeError`` `age.truncated`, `.payload_unauthenticated` or `.empty_last_chunk`; nothing of a payload that
    ///   is refused is returned.
    static func open(_ file: [UInt8], from start: Int, _ fileKey: SymmetricKey) throws(AgeError) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(max(0, file.count - start))
        try read(file, from: start, fileKey) { content.append(contentsOf: $0) }
        return content
    }

    /// Lends `body` the content of everything from `start` on, chunk by chunk.
    ///
    /// - Throws: as ``open(_:from:_:)`` does, after `body` has had the chunks before the one that is refused.
    static func read(
        _ file: [UInt8],
        from start: Int,
        _ fileKey: SymmetricKey,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(AgeError) {
        guard file.count - start >= nonceLength + tagLength else {
            throw AgeError(.truncated, "the file ends before its payload")
        }
        let key = key(fileKey, Array(file[start..<(start + nonceLength)]))
        var offset = start + nonceLength
        var counter: UInt64 = 0
        while offset < file.count {
            let end = min(offset + chunkSize + tagLength, file.count)
            let chunk = file[offset..<end]
            guard chunk.count >= tagLength else { throw AgeError(.truncated, "the file ends within a chunk") }
            try read(chunk, key, counter, isLast: end == file.count, body)
            offset = end
            counter += 1
        }
    }

    private static func read(
        _ chunk: ArraySlice<UInt8>,
        _ key: SymmetricKey,
        _ counter: UInt64,
        isLast: Bool,
        _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(AgeError) {
        if let opened = open(chunk, key, counter, isLast: isLast) {
            guard !opened.isEmpty || counter == 0 else {
                throw AgeError(.emptyLastChunk, "the last chunk of the payload is empty")
            }
            opened.withUnsafeBytes { body($0) }
        } else if isLast, open(chunk, key, counter, isLast: false) != nil {
            throw AgeError(.truncated, "the file ends before its last chunk")
        } else {
            throw AgeError(.payloadUnauthenticated, "the payload was changed after the file was sealed")
        }
    }

    private static func open(_ chunk: ArraySlice<UInt8>, _ key: SymmetricKey, _ counter: UInt64, isLast: Bool) -> Data?
    {
        do {
            let box = try ChaChaPoly.SealedBox(
                nonce: chunkNonce(counter, isLast: isLast),
                ciphertext: chunk.dropLast(tagLength),
                tag: chunk.suffix(tagLength)
            )
            return try ChaChaPoly.open(box, using: key)
        } catch {
            return nil
        }
    }

    private static func key(_ fileKey: SymmetricKey, _ nonce: [UInt8]) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: fileKey,
            salt: nonce,
            info: Array("payload".utf8),
            outputByteCount: 32
        )
    }

    /// Eleven bytes of counter, most significant first, and one that is 1 for the last chunk.
    private static func chunkNonce(_ counter: UInt64, isLast: Bool) throws -> ChaChaPoly.Nonce {
        var bytes = [UInt8](repeating: 0, count: 12)
        for index in 0..<8 { bytes[10 - index] = UInt8(truncatingIfNeeded: counter >> (8 * UInt64(index))) }
        bytes[11] = isLast ? 1 : 0
        return try ChaChaPoly.Nonce(data: bytes)
    }
}
