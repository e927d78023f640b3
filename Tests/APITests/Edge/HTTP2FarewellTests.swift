import NIOCore
import NIOEmbedded
import Testing

@testable import API

@Suite("The end of an HTTP/2 connection")
struct HTTP2FarewellTests {
    private let channel = EmbeddedChannel()

    private func start() throws {
        try channel.pipeline.syncOperations.addHandler(HTTP2Farewell(patience: .seconds(90), farewell: .seconds(8)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func fire(_ event: any Sendable) { channel.pipeline.fireUserInboundEventTriggered(event) }

    private func advance(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

    @Test("A connection without streams is closed in the end, one with a stream is not, however long that takes")
    func idle() throws {
        try start()
        advance(.seconds(89))
        #expect(channel.isActive)
        fire(HTTP2StreamEvent.opened)
        advance(.hours(5))
        #expect(channel.isActive)
        fire(HTTP2StreamEvent.opened)
        fire(HTTP2StreamEvent.closed)
        advance(.hours(5))
        #expect(channel.isActive)
        fire(HTTP2StreamEvent.closed)
        advance(.seconds(89))
        #expect(channel.isActive)
        advance(.seconds(1))
        #expect(!channel.isActive)
    }

    @Test("When the server stops a connection is closed in time, although a stream is open or another one begins")
    func stop() throws {
        try start()
        fire(HTTP2StreamEvent.opened)
        fire(ChannelShouldQuiesceEvent())
        advance(.seconds(7))
        fire(HTTP2StreamEvent.opened)
        fire(HTTP2StreamEvent.closed)
        #expect(channel.isActive)
        advance(.seconds(1))
        #expect(!channel.isActive)
    }
}
