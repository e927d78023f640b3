import GitTransport
import HummingbirdCore
import Logging
import NIOCore

/// HTTP/1.1 on connections that may be accepted in the very moment in which a server stops.
struct KeptChannel: ServerChildChannel {
    private let base: HTTP1Channel

    init(_ responder: @escaping HTTPChannelHandler.Responder) { self.base = HTTP1Channel(responder: responder) }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        base.setup(channel: channel, logger: logger).map { $0.keptUntilClosed() }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
