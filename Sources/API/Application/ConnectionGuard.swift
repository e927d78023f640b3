import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Keeps the promises about one connection that the server underneath does not make.
///
/// It answers `Expect: 100-continue` once somebody wants the body (``BodyInvitation``), limits how long head and body of
/// a request may take, and ends a connection whose request or answer says `Connection: close`: what still comes of a refused body is thrown
/// away for a while, so that the client can read the answer before it sees the connection fail. It tells an answer that is being made when its client leaves
/// (``ClientPresence``), and closes the connection of a client that takes too long to read, or has vanished.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What carries the requests.
    enum Carrier {
        /// A connection of HTTP/1.1, which `Connection: close` ends.
        case connection
        /// A stream of HTTP/2, which has one request and knows no `Connection` (RFC 9113, section 8.2.2).
        case stream
    }

    private let carrier: Carrier
    private var context: ChannelHandlerContext?
    /// The head of a request has come, its end has not.
    private var isBodyComing = false
    /// The client waits for a word before it sends the body (RFC 9110, section 10.1.1).
    private var isInvitationDue = false
    /// The bytes at hand completed some part of a request.
    private var hasCompletedPart = false
    /// Requests whose answers have not gone out.
    private var pending = 0
    /// A request said that it is the last one (RFC 9112, section 9.6).
    private var hasLast = false
    /// Another one came after it, which nobody reads.
    private var isOver = false
    /// The head of the last answer went out.
    private var isClosing = false
    /// All of the last answer went out.
    private var isFinished = false
    /// Set once the last answer is written: how many bytes may still be thrown away.
    private var allowance: Int?
    private var deadline: Scheduled<Void>?
    /// How long the body that is coming may take.
    private var patience = ConnectionLimits.Patience.forAll(ConnectionLimits.body)
    /// Runs while the client does not read what is ready for it.
    private var stall: Scheduled<Void>?
    /// Whether the client has closed its half of the connection.
    private var isInputClosed = false
    /// Who wants to know that it has; until the answer ends.
    private var departure: DepartureListener?

    init(_ carrier: Carrier = .connection) { self.carrier = carrier }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        tell(context, .opened)
        if context.channel is any SocketOptionProvider {
            let timeout = ChannelOptions.Types.SocketOption(level: .tcp, name: ConnectionLimits.unacknowledgedOption)
            // A connection that has gone already refuses it.
            context.channel.setOption(timeout, value: ConnectionLimits.unacknowledgedMilliseconds).whenFailure { _ in }
        }
        // A connection is for sending something; on a stream the head comes first.
        if carrier == .connection { schedule(ConnectionLimits.head, context) }
        do {
            try context.pipeline.syncOperations.addHandler(ArrivalHandler(self), position: .first)
        } catch {
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        tell(context, .closed)
        cancelDeadline()
        cancelStall()
        self.context = nil
    }

    /// The connection of a stream has to know whether it has any.
    private func tell(_ context: ChannelHandlerContext, _ event: HTTP2StreamEvent) {
        guard carrier == .stream else { return }
        context.channel.parent?.pipeline.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancelDeadline()
        cancelStall()
        noteDeparture()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { noteDeparture() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        cancelStall()
        if !context.channel.isWritable { stall = close(context, in: ConnectionLimits.stalledAnswer) }
        context.fireChannelWritabilityChanged()
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext,
        event: Any,
        promise: EventLoopPromise<Void>?
    ) {
        switch event {
        case let listener as DepartureListener:
            if isInputClosed { listener.action() } else { departure = listener }
            promise?.succeed()
        case is BodyInvitation:
            invite(context)
            promise?.succeed()
        default: context.triggerUserOutboundEvent(event, promise: promise)
        }
    }

    private func invite(_ context: ChannelHandlerContext) {
        guard isInvitationDue else { return }
        isInvitationDue = false
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    private func noteDeparture() {
        isInputClosed = true
        departure?.action()
        departure = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if case .head = part, hasLast { isOver = true }
        if isOver { return }
        advance(part, context)
        guard var rest = allowance else {
            context.fireChannelRead(data)
            return
        }
        switch part {
        case .body(let bytes):
            rest -= bytes.readableBytes
            allowance = rest
            if rest < 0 { context.close(promise: nil) }
        case .head, .end: context.close(promise: nil)
        }
    }

    private func advance(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        hasCompletedPart = true
        switch part {
        case .head(let head):
            cancelDeadline()
            isBodyComing = true
            pending += 1
            hasLast = Self.isLast(head)
            patience = ConnectionLimits.Patience(head)
            isInvitationDue = BodyInvitation.isAwaited(by: head)
        case .body: break
        case .end:
            cancelDeadline()
            isBodyComing = false
        }
    }

    private static func isLast(_ head: HTTPRequest) -> Bool {
        guard let options = head.headerFields.value(of: .connection) else { return false }
        return options.utf8.split(separator: UInt8(ascii: ",")).contains {
            $0.trimmingBlanks().equalsIgnoringCase("close")
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isFinished else {
            // What the server says about the thrown-away rest of a request would look like a second answer.
            promise?.fail(ChannelError.outputClosed)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head):
            // Who was not invited may send the body or leave it: nobody knows where the next request begins. Of requests that
            // came together only the last one can be.
            let isLast = isInvitationDue && isBodyComing || hasLast && pending == 1
            isInvitationDue = false
            // What a stream has had its answer to needs no end.
            if isLast || carrier == .stream || head.headerFields.value(of: .connection) == "close" { isClosing = true }
            let data = carrier == .stream || isLast ? carried(head, isLast: isLast) : data
            context.write(data, promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            departure = nil
            pending -= 1
            guard isClosing else {
                context.write(data, promise: promise)
                return
            }
            isFinished = true
            let isSent = promise ?? context.eventLoop.makePromise()
            isSent.futureResult.assumeIsolated().whenComplete { [self] _ in linger(context) }
            context.writeAndFlush(data, promise: isSent)
        }
    }

    private func carried(_ head: HTTPResponse, isLast: Bool) -> NIOAny {
        var head = head
        if carrier == .stream {
            head.headerFields[.connection] = nil
        } else if isLast {
            head.headerFields[.connection] = "close"
        }
        return wrapOutboundOut(.head(head))
    }

    /// The last answer is on its way: closes now when the request was read, else when enough was thrown away.
    private func linger(_ context: ChannelHandlerContext) {
        guard isBodyComing else {
            context.close(promise: nil)
            return
        }
        allowance = ConnectionLimits.lingerBytes
        schedule(ConnectionLimits.linger, context)
    }

    /// Bytes are about to go through the parser.
    fileprivate func bytesWillArrive() { hasCompletedPart = false }

    /// Bytes went through the parser; whatever they left unfinished has to be finished in time.
    fileprivate func bytesDidArrive() {
        guard let context, allowance == nil else { return }
        if isBodyComing {
            switch patience {
            case .forAll(let time): if deadline == nil { schedule(time, context) }
            case .forEachPart(let time): schedule(time, context)
            }
        } else if !hasCompletedPart, deadline == nil {
            schedule(ConnectionLimits.head, context)
        }
    }

    private func schedule(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        cancelDeadline()
        deadline = close(context, in: time)
    }

    private func close(_ context: ChannelHandlerContext, in time: TimeAmount) -> Scheduled<Void> {
        let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
        return context.eventLoop.scheduleTask(in: time) { loopBound.value.close(promise: nil) }
    }

    private func cancelStall() {
        stall?.cancel()
        stall = nil
    }

    private func cancelDeadline() {
        deadline?.cancel()
        deadline = nil
    }
}

/// Tells a ``ConnectionGuard`` when bytes come in; it stands before the parser.
private final class ArrivalHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let listener: ConnectionGuard

    init(_ listener: ConnectionGuard) { self.listener = listener }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        listener.bytesWillArrive()
        context.fireChannelRead(data)
        listener.bytesDidArrive()
    }
}
