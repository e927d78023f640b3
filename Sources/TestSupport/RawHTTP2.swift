import NIOCore
import NIOHPACK
import NIOPosix
import NIOSSL

/// One connection of HTTP/2 to this machine over which a test sends exactly the frames it wants (RFC 9113, section 4.1).
package enum RawHTTP2 {
    /// A frame, to be sent or as it came.
    package struct Frame: Sendable {
        package enum Kind: UInt8, Sendable {
            case data
            case headers
            case priority
            case reset
            case settings
            case pushPromise
            case ping
            case goAway
            case windowUpdate
            case continuation
        }

        package static let endStream: UInt8 = 0x1
        package static let endHeaders: UInt8 = 0x4

        package let kind: Kind
        package let flags: UInt8
        package let stream: Int
        package let payload: [UInt8]
        /// What a frame of headers that came says; no trailers are sent.
        package fileprivate(set) var status: String?

        package init(_ kind: Kind, on stream: Int = 0, flags: UInt8 = 0, _ payload: [UInt8] = []) {
            self.kind = kind
            self.flags = flags
            self.stream = stream
            self.payload = payload
        }

        /// The code of a frame that ends a stream or the connection (section 7).
        package var errorCode: Int? {
            switch kind {
            case .reset: Self.number(payload.prefix(4))
            case .goAway: Self.number(payload.dropFirst(4).prefix(4))
            default: nil
            }
        }

        fileprivate static func number(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

        fileprivate var bytes: [UInt8] {
            var bytes = ByteBuffer()
            bytes.writeInteger(UInt32(payload.count) << 8 | UInt32(kind.rawValue))
            bytes.writeInteger(flags)
            bytes.writeInteger(UInt32(stream))
            bytes.writeBytes(payload)
            return Array(bytes.readableBytesView)
        }
    }

    /// The frames of a request's head, with as many CONTINUATION frames as it takes.
    package static func request(
        _ method: String = "GET",
        _ path: String,
        on stream: Int,
        headers: [(String, String)] = [],
        isWhole: Bool = true
    ) -> [Frame] {
        var fields = [(":method", method), (":scheme", "https"), (":path", path), (":authority", "localhost")]
        fields += headers
        var block = fields.reduce(into: [UInt8]()) { $0 += [0] + text($1.0) + text($1.1) }[...]
        var frames: [Frame] = []
        repeat {
            let part = Array(block.prefix(16_384))
            block = block.dropFirst(part.count)
            let isEnd = frames.isEmpty && isWhole ? Frame.endStream : 0
            let flags = isEnd | (block.isEmpty ? Frame.endHeaders : 0)
            frames.append(Frame(frames.isEmpty ? .headers : .continuation, on: stream, flags: flags, part))
        } while !block.isEmpty
        return frames
    }

    /// A string literal of HPACK without Huffman's code (RFC 7541, sections 5.1 and 5.2).
    private static func text(_ text: String) -> [UInt8] {
        var (bytes, rest): ([UInt8], Int) = ([], text.utf8.count)
        if rest < 127 { return [UInt8(rest)] + text.utf8 }
        rest -= 127
        while rest >= 128 {
            bytes.append(UInt8(rest % 128) | 128)
            rest /= 128
        }
        return [127] + bytes + [UInt8(rest)] + text.utf8
    }

    /// Sends the preface, empty settings, that the server's settings hold, and `frames`; returns what came until `isEnough`, or until the server closed the connection.
    package static func exchange(
        port: Int,
        _ frames: [Frame],
        until isEnough: @escaping @Sendable (Frame) -> Bool = { _ in false }
    ) async throws -> [Frame] {
        let channel = try await connect(port)
        return try await channel.executeThenClose { inbound, outbound in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        let all = [Frame(.settings), Frame(.settings, flags: 0x1)] + frames
                        try await outbound.write(ByteBuffer(string: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
                        try await outbound.write(ByteBuffer(bytes: all.flatMap(\.bytes)))
                    } catch {
                        // The server may close before it has read everything.
                    }
                }
                defer { group.cancelAll() }
                return try await read(inbound, until: isEnough)
            }
        }
    }

    private static func connect(_ port: Int) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.applicationProtocols = ["h2"]
        let tls = try NIOSSLContext(configuration: configuration)
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(context: tls, serverHostname: "localhost")
                    try channel.pipeline.syncOperations.addHandler(handler)
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
    }

    private static func read(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        until isEnough: (Frame) -> Bool
    ) async throws -> [Frame] {
        var decoder = HPACKDecoder(allocator: ByteBufferAllocator())
        var (frames, received): ([Frame], ByteBuffer) = ([], ByteBuffer())
        do {
            for try await part in inbound {
                received.writeImmutableBuffer(part)
                while var frame = next(&received) {
                    if frame.kind == .headers {
                        var block = ByteBuffer(bytes: frame.payload)
                        frame.status = try decoder.decodeHeaders(from: &block).first(name: ":status")
                    }
                    frames.append(frame)
                    if isEnough(frame) { return frames }
                }
            }
        } catch is IOError {
            // A reset is an end too.
        } catch is NIOSSLError {
            // And so is a close without a word of TLS.
        }
        return frames
    }

    private static func next(_ buffer: inout ByteBuffer) -> Frame? {
        guard let head = buffer.getBytes(at: buffer.readerIndex, length: 9) else { return nil }
        let length = Frame.number(head.prefix(3))
        guard buffer.readableBytes >= 9 + length, let bytes = buffer.readBytes(length: 9 + length) else { return nil }
        // The server sends no frames of other kinds.
        guard let kind = Frame.Kind(rawValue: head[3]) else { return nil }
        return Frame(kind, on: Frame.number(head[5...]), flags: head[4], Array(bytes.dropFirst(9)))
    }
}
