import NIOCore

/// One unit of git's wire format (gitprotocol-common(5)).
enum PacketLine: Hashable {
    /// The longest line, its four digits included.
    static let maximumLength = 65_520
    /// What such a line holds.
    static let payloadLength = maximumLength - 4

    case data(ByteBuffer)
    /// `0000`.
    case flush
    /// `0001`, of protocol version 2.
    case delimiter
    /// `0002`, of protocol version 2.
    case responseEnd

    /// Takes the next line out of `buffer`; `nil` when not all of it is there yet.
    ///
    /// - Throws: ``GitServiceError/Code/malformed`` for a length that is none.
    init?(from buffer: inout ByteBuffer) throws(GitServiceError) {
        guard let digits = buffer.getBytes(at: buffer.readerIndex, length: 4) else { return nil }
        guard let length = Self.length(digits) else {
            throw GitServiceError(.malformed, "A pkt-line has no length of four hexadecimal digits.")
        }
        switch length {
        case 0: self = .flush
        case 1: self = .delimiter
        case 2: self = .responseEnd
        case 4...Self.maximumLength:
            guard buffer.readableBytes >= length else { return nil }
            buffer.moveReaderIndex(forwardBy: 4)
            guard let payload = buffer.readSlice(length: length - 4) else { return nil }
            self = .data(payload)
            return
        default: throw GitServiceError(.malformed, "A pkt-line has the length \(length), which none can have.")
        }
        buffer.moveReaderIndex(forwardBy: 4)
    }

    private static func length(_ digits: [UInt8]) -> Int? {
        var length = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): length = length << 4 + Int(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): length = length << 4 + Int(digit - UInt8(ascii: "a")) + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): length = length << 4 + Int(digit - UInt8(ascii: "A")) + 10
            default: return nil
            }
        }
        return length
    }
}

extension ByteBuffer {
    /// Appends a line with this content, which fits.
    mutating func writePacketLine(_ payload: some Collection<UInt8>) {
        precondition(payload.count <= PacketLine.payloadLength, "a pkt-line is shorter than 64 KiB")
        let digits = String(payload.count + 4, radix: 16)
        writeString(String(repeating: "0", count: 4 - digits.utf8.count) + digits)
        writeBytes(payload)
    }

    mutating func writePacketLine(_ text: String) { writePacketLine(text.utf8) }

    mutating func writeFlush() { writeString("0000") }
}
