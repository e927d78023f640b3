import Access
import GitTransport
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypesHTTP1
import NIOSSL
import NIOTLS

/// Sets up a connection: counts it, and speaks HTTP/1.1, or over TLS what ALPN (RFC 7301) finds.
struct EdgeChannel: ServerChildChannel {
    typealias Negotiated = NIONegotiatedHTTPVersion<HTTP1Channel.Value, HTTP2EdgeChannel.Value>

    struct Value: ServerChildChannelValue {
        let negotiation: EventLoopFuture<Negotiated>
        let channel: any Channel
    }

    /// There are too many connections.
    private struct Refusal: Error {}

    private let http1: HTTP1Channel
    private let http2: HTTP2EdgeChannel
    private let connections: ConnectionCounter
    private let certificate: TLSCertificate?

    /// - Parameter certificate: `nil` for plain HTTP/1.1.
    init(
        responder: @escaping HTTPChannelHandler.Responder,
        connections: ConnectionCounter,
        certificate: TLSCertificate?
    ) {
        self.http1 = HTTP1Channel(responder: responder, configuration: ConnectionLimits.channel)
        self.http2 = HTTP2EdgeChannel(http1)
        self.connections = connections
        self.certificate = certificate
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let address = channel.remoteAddress.flatMap(IPAddress.init)
        guard connections.open(address) else {
            logger.debug("too many connections")
            return refuse(channel)
        }
        channel.closeFuture.whenComplete { [connections] _ in connections.close(address) }
        guard let certificate else {
            return setUpHTTP1(channel, logger).map { value in
                Value(negotiation: channel.eventLoop.makeSucceededFuture(.http1_1(value)), channel: channel)
            }
        }
        do {
            let deadline = HandshakeDeadline()
            try channel.pipeline.syncOperations.addHandlers([
                NIOSSLServerHandler(context: certificate.context), deadline,
            ])
        } catch {
            return channel.close().flatMap { channel.eventLoop.makeFailedFuture(error) }
        }
        return channel.configureHTTP2AsyncSecureUpgrade { channel in
            setUpHTTP1(channel, logger)
        } http2ConnectionInitializer: { channel in
            http2.setup(channel: channel, logger: logger)
        }
        .map { Value(negotiation: $0, channel: channel) }
    }

    private func setUpHTTP1(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        http1.setup(channel: channel, logger: logger).flatMapThrowing { value in
            // Between the parser and what makes of its requests those of all versions.
            let pipeline = channel.pipeline.syncOperations
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            try pipeline.addHandler(RequestLineHandler(), position: .before(codec))
            return value.keptUntilClosed()
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.negotiation.get() {
            case .http1_1(let value): await http1.handle(value: value, logger: logger)
            case .http2(let value): await http2.handle(value: value, logger: logger)
            }
        } catch {
            // Whoever speaks no TLS, or goes away before it stands.
            logger.debug("no handshake", metadata: ["error": "\(error)"])
        }
    }

    /// Over plain HTTP with an answer, once the request begins to come; TLS is not worth a handshake.
    ///
    /// The setup succeeds all the same: a channel whose setup fails is never closed.
    private func refuse(_ channel: any Channel) -> EventLoopFuture<Value> {
        let isAnswered = certificate == nil && connections.refuse()
        if isAnswered { channel.closeFuture.whenComplete { [connections] _ in connections.refused() } }
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(RefusalHandler(isSilent: !isAnswered))
            return Value(negotiation: channel.eventLoop.makeFailedFuture(Refusal()), channel: channel)
        }
    }
}

/// Closes a connection on which TLS does not stand in time.
private final class HandshakeDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var deadline: Scheduled<Void>?

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: ConnectionLimits.head) { bound.value.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { deadline?.cancel() }
        context.fireUserInboundEventTriggered(event)
    }
}

/// Tells somebody who comes as one too many to come back, then closes.
private final class RefusalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let answer: String = {
        let body =
            "{\"code\":\"state.unavailable\",\"message\":\"There are too many connections; try again in a second.\"}"
        return "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\n"
            + "Content-Length: \(body.utf8.count)\r\nRetry-After: 1\r\nConnection: close\r\n\r\n\(body)"
    }()

    private let isSilent: Bool
    private var isAnswered = false
    private var deadline: Scheduled<Void>?

    init(isSilent: Bool) { self.isSilent = isSilent }

    func channelActive(context: ChannelHandlerContext) { if isSilent { context.close(promise: nil) } }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: ConnectionLimits.linger) { bound.value.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAnswered else { return }
        isAnswered = true
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: Self.answer)), promise: nil)
        context.close(promise: nil)
    }
}
