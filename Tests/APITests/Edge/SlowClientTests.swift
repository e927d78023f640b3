import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypesHTTP1
import Testing

@testable import API

@Suite("Clients that take their time")
struct SlowClientTests {
    private let channel = EmbeddedChannel()

    /// The pipeline of a connection, up to the guard.
    private func start() throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
        try pipeline.addHandlers([HTTP1ToHTTPServerCodec(secure: false), ConnectionGuard()])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func send(_ text: String) throws { _ = try channel.writeInbound(ByteBuffer(string: text)) }

    private func advance(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

    @Test("A head has ten seconds from its first byte, however often another one comes")
    func head() throws {
        try start()
        try send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        advance(.hours(1))
        #expect(channel.isActive)
        try send("G")
        for byte in "ET / HTTP" {
            advance(.seconds(1))
            try send(String(byte))
        }
        #expect(channel.isActive)
        advance(.seconds(1))
        #expect(!channel.isActive)
    }

    @Test(
        "Who connects and sends nothing has ten seconds, and so has a first head, whatever part of them went by before it"
    )
    func silence() throws {
        try start()
        advance(.seconds(9))
        try send("GET / HTTP/1.1\r\n")
        #expect(channel.isActive)
        advance(.seconds(1))
        #expect(!channel.isActive)
    }

    @Test("A head that is complete in time leaves no deadline behind, nor does the next one on the connection")
    func completeHead() throws {
        try start()
        for _ in 0..<2 {
            try send("GET / HTTP/1.1\r\nHo")
            advance(.seconds(9))
            try send("st: x\r\n\r\n")
            advance(.hours(1))
            #expect(channel.isActive)
        }
    }

    @Test("A body has thirty seconds from the end of its head, however often another byte comes")
    func body() throws {
        try start()
        try send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
        for _ in 0..<5 {
            advance(.seconds(5))
            try send("a")
        }
        advance(.seconds(4))
        #expect(channel.isActive)
        advance(.seconds(1))
        #expect(!channel.isActive)
    }

    @Test("A body that is complete in time leaves no deadline behind")
    func completeBody() throws {
        try start()
        try send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na")
        advance(.seconds(29))
        try send("b")
        advance(.hours(1))
        #expect(channel.isActive)
    }
}
