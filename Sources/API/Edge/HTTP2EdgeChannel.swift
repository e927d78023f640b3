import GitTransport
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2

/// A connection of HTTP/2 with limits of its own (``HTTP2Limits``); each of its streams is served like a connection of HTTP/1.1.
struct HTTP2EdgeChannel: ServerChildChannel {
    typealias Streams = NIOHTTP2Handler.AsyncStreamMultiplexer<HTTP1Channel.Value>

    struct Value: ServerChildChannelValue {
        let streams: Streams
        let channel: any Channel
    }

    private let http1: HTTP1Channel

    init(_ http1: HTTP1Channel) { self.http1 = http1 }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(HTTP2Farewell(), position: .first)
            let management = NIOHTTP2ServerConnectionManagementHandler(
                eventLoop: channel.eventLoop,
                configuration: .init(
                    maxIdleTime: ConnectionLimits.idle,
                    maxAge: nil,
                    maxGraceTime: ConnectionLimits.farewell,
                    keepalive: nil
                )
            )
            let errors = ErrorHandler()
            let streams: Streams = try pipeline.configureAsyncHTTP2Pipeline(
                mode: .server,
                streamDelegate: management.http2StreamDelegate,
                frameDelegate: errors,
                configuration: HTTP2Limits.configuration
            ) { stream in
                Self.setUp(stream, logger)
            }
            try pipeline.addHandlers([management, errors])
            return Value(streams: streams, channel: channel)
        }
    }

    private static func setUp(_ stream: any Channel, _ logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        stream.eventLoop.makeCompletedFuture {
            try stream.pipeline.syncOperations.addHandlers([
                HTTP2FramePayloadToHTTPServerCodec(), ConnectionGuard(.stream),
                HTTPConnectionStateHandler(
                    idleTimeout: .nanoseconds(ConnectionLimits.idle.nanoseconds),
                    logger: logger
                ),
            ])
            return try HTTP1Channel.Value(wrappingChannelSynchronously: stream).keptUntilClosed()
        }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            try await withThrowingDiscardingTaskGroup { group in
                for try await stream in value.streams.inbound {
                    group.addTask { await http1.handle(value: stream, logger: logger) }
                }
            }
        } catch {
            logger.debug("connection failed", metadata: ["error": "\(error)"])
        }
    }
}

/// Ends a connection at its errors; one of a stream is the end of that stream only (RFC 9113, section 5.4).
///
/// An error does not say which of the two it is, but before one of the connection a GOAWAY goes out.
private final class ErrorHandler: ChannelInboundHandler, NIOHTTP2FrameDelegate {
    typealias InboundIn = HTTP2Frame

    private var isLost = false

    func wroteFrame(_ frame: HTTP2Frame) {
        if case .goAway(_, let code, _) = frame.payload, code != .noError { isLost = true }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isLost || !(error is any NIOHTTP2Error) { context.close(promise: nil) }
    }
}
