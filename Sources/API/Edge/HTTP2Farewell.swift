import NIOCore

/// What a stream tells its connection.
enum HTTP2StreamEvent: Sendable {
    case opened
    case closed
}

/// Ends a connection of HTTP/2 whose client does not.
///
/// The server underneath asks a client to go (GOAWAY), when the connection is idle and when the server stops, and then waits for as long
/// as the client says nothing. This handler stands before TLS, so its close is the socket's and waits for nobody.
final class HTTP2Farewell: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let patience: TimeAmount
    private let farewell: TimeAmount
    private var streams = 0
    private var isLeaving = false
    private var deadline: Scheduled<Void>?

    /// - Parameters:
    ///   - patience: how long the connection may have no streams.
    ///   - farewell: how long it has when the server stops, with streams or without.
    init(patience: TimeAmount = ConnectionLimits.patience, farewell: TimeAmount = ConnectionLimits.farewell) {
        self.patience = patience
        self.farewell = farewell
    }

    func handlerAdded(context: ChannelHandlerContext) { schedule(patience, context) }

    func handlerRemoved(context: ChannelHandlerContext) { cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as HTTP2StreamEvent: count(event, context)
        case is ChannelShouldQuiesceEvent:
            isLeaving = true
            schedule(farewell, context)
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func count(_ event: HTTP2StreamEvent, _ context: ChannelHandlerContext) {
        switch event {
        case .opened: streams += 1
        case .closed: streams -= 1
        }
        guard !isLeaving else { return }
        if streams > 0 { cancel() } else { schedule(patience, context) }
    }

    private func schedule(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        cancel()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: time) { bound.value.close(promise: nil) }
    }

    private func cancel() {
        deadline?.cancel()
        deadline = nil
    }
}
