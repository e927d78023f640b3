import NIOCore
import NIOPosix
package import NIOSSL
import Synchronization

/// An HTTP proxy on a free port of this machine that connects to nobody: behind its tunnels it is the vendor itself.
package final class FakeProxy: Sendable {
    /// What came for the proxy itself.
    package struct Received: Sendable {
        /// The first line, such as `CONNECT vendor.example:443 HTTP/1.1`.
        package let line: String
        /// Names in lower case.
        package let headers: [String: String]
    }

    package enum Answer: Sendable {
        /// A tunnel to a vendor with this certificate, which answers every request with 200 and this body.
        case tunnel(TestCertificates.Pair, body: String)
        /// No tunnel.
        case status(Int)
        /// Nothing at all.
        case silence
        /// The end of the connection.
        case hangUp
    }

    private let log = Mutex<(proxy: [Received], vendor: [Received])>(([], []))
    private let answer: Answer

    private init(_ answer: Answer) { self.answer = answer }

    package var received: [Received] { log.withLock { $0.proxy } }

    /// What came through tunnels.
    package var tunneled: [Received] { log.withLock { $0.vendor } }

    /// Runs `body` while the proxy listens; `port` is where.
    package static func run<Result: Sendable>(
        _ answer: Answer,
        _ body: (FakeProxy, _ port: Int) async throws -> Result
    ) async throws -> Result {
        let proxy = FakeProxy(answer)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HeadReader { try proxy.answer($0, $1) })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(proxy, server.localAddress?.port ?? 0)
            try await server.close()
            return result
        } catch {
            try await server.close()
            throw error
        }
    }

    private func answer(_ head: Received, _ context: ChannelHandlerContext) throws {
        log.withLock { $0.proxy.append(head) }
        switch answer {
        case .tunnel(let pair, let body):
            Self.write("HTTP/1.1 200 Connection established\r\n\r\n", context)
            let pipeline = context.pipeline.syncOperations
            try pipeline.addHandlers([
                try Self.tls(pair),
                HeadReader { head, context in
                    self.log.withLock { $0.vendor.append(head) }
                    Self.write("HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)", context)
                },
            ])
            pipeline.removeHandler(context: context, promise: nil)
        case .status(let status):
            Self.write("HTTP/1.1 \(status) No\r\ncontent-length: 0\r\n\r\n", context)
        case .silence: break
        case .hangUp: context.close(promise: nil)
        }
    }

    private static func tls(_ pair: TestCertificates.Pair) throws -> NIOSSLServerHandler {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(pair.certificate.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(pair.key.utf8), format: .pem)
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        return NIOSSLServerHandler(context: try NIOSSLContext(configuration: configuration))
    }

    private static func write(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
    }
}

extension TestCertificates.Pair {
    /// Trust in this certificate and no other.
    package var trustRoots: NIOSSLTrustRoots {
        get throws { .certificates(try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8))) }
    }
}

/// Reads heads of requests that have no body.
private final class HeadReader: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private var text = ""
    private let answer: (FakeProxy.Received, ChannelHandlerContext) throws -> Void

    init(_ answer: @escaping (FakeProxy.Received, ChannelHandlerContext) throws -> Void) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        text += String(buffer: unwrapInboundIn(data))
        guard let end = text.firstRange(of: "\r\n\r\n") else { return }
        let lines = text[..<end.lowerBound].split(separator: "\r\n").map(String.init)
        text = ""
        let headers = lines.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            return (line[..<colon].lowercased(), String(value))
        }
        let head = FakeProxy.Received(line: lines.first ?? "", headers: Dictionary(headers) { first, _ in first })
        do {
            try answer(head, context)
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
