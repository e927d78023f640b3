import NIOCore
import NIOPosix

/// One request whose answer is a stream of events, read as they come.
package struct EventConnection {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// The status line and the headers, as they came.
    package let head: String
    private var chunks: ChunkReader
    private var parser = EventParser()

    fileprivate init(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws {
        self.chunks = ChunkReader(inbound)
        self.head = try await chunks.head()
    }

    package var status: Int { Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0 }

    /// The next block; `nil` when the server has ended the stream.
    package mutating func next() async throws -> StreamedEvent? {
        while true {
            if let event = parser.next() { return event }
            guard let chunk = try await chunks.next() else { return nil }
            parser.feed(chunk)
        }
    }

    /// The next event of this name.
    package mutating func next(_ name: String) async throws -> StreamedEvent {
        while let event = try await next() {
            if event.name == name { return event }
        }
        throw Failure(description: "the stream ended before an event “\(name)”")
    }

    /// Runs `body` with the answer to a GET, and closes the connection afterwards.
    package static func open<Result: Sendable>(
        port: Int,
        _ target: String,
        headers: [String: String] = [:],
        _ body: (inout EventConnection) async throws -> Result
    ) async throws -> Result {
        let lines = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
        let request = ByteBuffer(string: "GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(lines)\r\n")
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(OpeningRequest(request))
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, _ in
            var connection = try await EventConnection(inbound)
            return try await body(&connection)
        }
    }
}

/// Sends a request as soon as the connection stands, however busy the tasks are: the server waits ten seconds for it.
private final class OpeningRequest: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: ByteBuffer

    init(_ request: ByteBuffer) { self.request = request }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
        context.fireChannelActive()
    }
}

/// Takes an HTTP/1.1 answer with `Transfer-Encoding: chunked` apart.
private struct ChunkReader {
    private var parts: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var bytes: [UInt8] = []

    init(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) { self.parts = inbound.makeAsyncIterator() }

    mutating func head() async throws -> String {
        var lines: [String] = []
        while true {
            guard let line = try await line() else { throw EventConnection.Failure(description: "there is no answer") }
            if line.isEmpty { return lines.joined(separator: "\n") }
            lines.append(line)
        }
    }

    /// `nil` after the last chunk.
    ///
    /// - Throws: when the connection ends before it.
    mutating func next() async throws -> [UInt8]? {
        guard let line = try await line(), let count = Int(line, radix: 16) else {
            throw EventConnection.Failure(description: "the stream is cut off")
        }
        while bytes.count < count + 2 {
            guard try await more() else { throw EventConnection.Failure(description: "a chunk is cut off") }
        }
        defer { bytes.removeFirst(count + 2) }
        return count == 0 ? nil : Array(bytes[..<count])
    }

    private mutating func line() async throws -> String? {
        while true {
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                defer { bytes.removeFirst(end + 1) }
                return String(decoding: bytes[..<end].dropLast(), as: UTF8.self)
            }
            guard try await more() else { return nil }
        }
    }

    private mutating func more() async throws -> Bool {
        guard let part = try await parts.next() else { return false }
        bytes += part.readableBytesView
        return true
    }
}
