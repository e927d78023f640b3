package import NIOCore
import NIOPosix

/// One TCP connection to this machine over which a test sends exactly the bytes it wants.
package enum RawConnection {
    /// Sends `text` and returns everything that comes back until the server closes the connection.
    ///
    /// - Parameter maximum: After so many bytes the connection is given up.
    package static func exchange(port: Int, _ text: String, maximum: Int = 4 << 20) async throws -> String {
        try await exchange(port: port, maximum: maximum) { outbound in
            try await outbound.write(ByteBuffer(string: text))
        }
    }

    /// The same with several writes; a server that closes in between ends them.
    package static func exchange(
        port: Int,
        maximum: Int = 4 << 20,
        sending send: @escaping @Sendable (NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws -> Void
    ) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var received = ByteBuffer()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        try await send(outbound)
                    } catch {
                        // The server may answer and close before it has read everything.
                    }
                }
                do {
                    for try await part in inbound {
                        received.writeImmutableBuffer(part)
                        if received.readableBytes > maximum { break }
                    }
                } catch is IOError {
                    // A reset after the answer is an end too.
                }
                group.cancelAll()
            }
            return String(buffer: received)
        }
    }
}
