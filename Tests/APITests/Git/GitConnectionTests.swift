import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import API

@Suite("The patience with a connection")
struct GitConnectionTests {
    private func channel(_ path: String) throws -> (EmbeddedChannel, EmbeddedEventLoop) {
        let loop = EmbeddedEventLoop()
        let channel = EmbeddedChannel(handler: ConnectionGuard(), loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let head = HTTPRequest(method: .post, scheme: "http", authority: "x", path: path)
        try channel.writeInbound(HTTPRequestPart.head(head))
        return (channel, loop)
    }

    private func send(_ channel: EmbeddedChannel) throws {
        try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "a")))
    }

    @Test("lasts for all of a body, in general")
    func general() throws {
        let (channel, loop) = try channel("/api/control-plane/agents")
        loop.advanceTime(by: ConnectionLimits.body - .seconds(1))
        try send(channel)
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("lasts from one part to the next where git pushes")
    func git() throws {
        let (channel, loop) = try channel("/git/state.git/git-receive-pack")
        for _ in 0..<10 {
            loop.advanceTime(by: ConnectionLimits.gitSilence - .seconds(1))
            try send(channel)
        }
        #expect(channel.isActive)
        loop.advanceTime(by: ConnectionLimits.gitSilence)
        #expect(!channel.isActive)
    }

    @Test("ends when the client takes nothing of its answer")
    func stalled() throws {
        let (channel, loop) = try channel("/git/state.git/git-upload-pack")
        try channel.writeInbound(HTTPRequestPart.end(nil))
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        loop.advanceTime(by: ConnectionLimits.stalledAnswer - .seconds(1))
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        loop.advanceTime(by: ConnectionLimits.stalledAnswer)
        #expect(channel.isActive)
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        loop.advanceTime(by: ConnectionLimits.stalledAnswer)
        #expect(!channel.isActive)
    }
}
