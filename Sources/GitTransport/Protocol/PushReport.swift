import NIOCore

/// What git says came of a push (gitprotocol-pack(5), "Report Status").
struct PushReport {
    private(set) var bytes = ByteBuffer()
    /// It said more than is kept.
    private(set) var isCut = false

    /// Adds a part of what git says, of which at most `limit` bytes are kept.
    mutating func append(_ part: ByteBuffer, limit: Int) {
        isCut = isCut || bytes.readableBytes + part.readableBytes > limit
        if !isCut { bytes.writeImmutableBuffer(part) }
    }

    /// Why it does not say what came of the push; `nil` when it does.
    func doubt(_ ending: GitProcess.Ending) -> String? {
        if ending.isKilled { return "git was ended before it had reported" }
        if isCut { return "git said too much" }
        // A report ends with a flush packet (gitprotocol-pack(5)).
        let isWhole = bytes.readableBytesView.suffix(4).elementsEqual("0000".utf8)
        return ending.isSuccess || isWhole ? nil : "git failed before it had reported"
    }

    /// The refs that git says it has not changed.
    ///
    /// - Parameter usesSideBand: whether the report is one of several bands (gitprotocol-capabilities(5)).
    func failedRefs(usesSideBand: Bool) -> Set<String> {
        var status = usesSideBand ? Self.band(1, of: bytes) : bytes
        var refs: Set<String> = []
        while let line = Self.next(&status) {
            guard case .data(let payload) = line else { continue }
            let words = payload.readableBytesView.split(separator: UInt8(ascii: " "), maxSplits: 2)
            guard words.count > 1, words[0].elementsEqual("ng".utf8) else { continue }
            refs.insert(String(decoding: words[1], as: UTF8.self))
        }
        return refs
    }

    private static func band(_ number: UInt8, of bytes: ByteBuffer) -> ByteBuffer {
        var (rest, band) = (bytes, ByteBuffer())
        while let line = next(&rest) {
            guard case .data(var payload) = line, payload.readInteger(as: UInt8.self) == number else { continue }
            band.writeBuffer(&payload)
        }
        return band
    }

    /// What cannot be read ends it: git is not taken at its word then.
    private static func next(_ buffer: inout ByteBuffer) -> PacketLine? {
        do throws(GitServiceError) { return try PacketLine(from: &buffer) } catch { return nil }
    }
}
