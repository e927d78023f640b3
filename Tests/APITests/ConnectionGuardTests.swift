import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Synchronization
import TestSupport
import Testing

@testable import API

@Suite("The guard of a connection")
struct ConnectionGuardTests {
    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: ConnectionGuard())
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let head = HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/")
        try channel.writeInbound(HTTPRequestPart.head(head))
        try channel.writeInbound(HTTPRequestPart.end(nil))
        return channel
    }

    private func stall(_ channel: EmbeddedChannel, _ isWritable: Bool) {
        channel.isWritable = isWritable
        channel.pipeline.fireChannelWritabilityChanged()
    }

    @Test("closes it when the client has not read for the time it has, and not before")
    func stalled() throws {
        let channel = try channel()
        stall(channel, false)
        channel.embeddedEventLoop.advanceTime(by: ConnectionLimits.stalledAnswer - .nanoseconds(1))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .nanoseconds(1))
        #expect(!channel.isActive)
    }

    @Test("gives a client that reads again the whole time again")
    func readsAgain() throws {
        let channel = try channel()
        for _ in 0..<3 {
            stall(channel, false)
            channel.embeddedEventLoop.advanceTime(by: ConnectionLimits.stalledAnswer - .nanoseconds(1))
            stall(channel, true)
            channel.embeddedEventLoop.advanceTime(by: ConnectionLimits.stalledAnswer)
            #expect(channel.isActive)
        }
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test("tells an answer that its client left, at once when it had left before, and only while it is made")
    func departures() throws {
        let channel = try channel()
        let told = Told()
        func listen(_ number: Int) throws {
            let listener = DepartureListener { told.add(number) }
            try channel.triggerUserOutboundEvent(listener).wait()
        }
        try listen(1)
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        try listen(2)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(told.numbers == [2])
        try listen(3)
        #expect(told.numbers == [2, 3])
        _ = try channel.finish(acceptAlreadyClosed: true)
        #expect(told.numbers == [2, 3])
    }
}

private final class Told: Sendable {
    private let list = Mutex<[Int]>([])

    var numbers: [Int] { list.withLock { $0 } }

    func add(_ number: Int) { list.withLock { $0.append(number) } }
}
