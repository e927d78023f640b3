import NIOCore
import Testing

@testable import GitTransport

@Suite("A pkt-line")
struct PacketLineTests {
    private func lines(_ text: String) throws -> [PacketLine] {
        var buffer = ByteBuffer(string: text)
        var lines: [PacketLine] = []
        while let line = try PacketLine(from: &buffer) { lines.append(line) }
        return lines
    }

    @Test("is data, or one of three signs")
    func kinds() throws {
        let read = try lines("0009hello0000000100020004")
        let data = { PacketLine.data(ByteBuffer(string: $0)) }
        #expect(read == [data("hello"), .flush, .delimiter, .responseEnd, data("")])
    }

    @Test("is waited for until it is all there", arguments: ["", "0", "000", "0009hell", "fff0"])
    func incomplete(text: String) throws {
        #expect(try lines(text).isEmpty)
    }

    @Test("has a length that one can have", arguments: ["0003", "fff1", "ffff", "00g0", "-001", "0x10", "+004"])
    func length(text: String) {
        #expect { try lines(text) } throws: { ($0 as? GitServiceError)?.code == .malformed }
    }

    @Test("of the largest length is read")
    func largest() throws {
        var buffer = ByteBuffer()
        buffer.writePacketLine([UInt8](repeating: 0x61, count: PacketLine.payloadLength))
        #expect(buffer.readableBytes == PacketLine.maximumLength)
        #expect(buffer.getString(at: 0, length: 4) == "fff0")
        #expect(try PacketLine(from: &buffer) != nil)
        #expect(buffer.readableBytes == 0)
    }
}
