import NIOCore
import NIOHTTP1

/// Sees to what the first line of an HTTP/1 request says, which is lost behind the parser: the form of its target, and its version.
///
/// A target in absolute form (RFC 9112, section 3.2.2) takes the place of `Host`, so that its authority is the one that is checked. A
/// request of HTTP/1.0 is the last one on its connection, and its answer ends with it: such a client knows no chunks (section 7.1).
final class RequestLineHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// A request of HTTP/1.0 has come.
    private var isOld = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data) else {
            context.fireChannelRead(data)
            return
        }
        if head.version != .http1_0, head.uri.utf8.first == UInt8(ascii: "/") {
            context.fireChannelRead(data)
            return
        }
        if head.version == .http1_0 { takeLast(&head) }
        Self.resolveTarget(of: &head)
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isOld, case .head(var head) = unwrapOutboundIn(data), head.headers.contains(name: "Connection") else {
            context.write(data, promise: promise)
            return
        }
        head.version = .http1_0
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    private func takeLast(_ head: inout HTTPRequestHead) {
        isOld = true
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        // It could not read the answer to it (RFC 9110, section 10.1.1).
        head.headers.remove(name: "Expect")
    }

    /// Leaves a target in origin form; one that is neither in this nor in absolute form leads nowhere.
    private static func resolveTarget(of head: inout HTTPRequestHead) {
        if head.uri.utf8.first == UInt8(ascii: "/") { return }
        guard let target = AbsoluteTarget(head.uri) else {
            head.uri = "*"
            return
        }
        head.uri = target.path
        // None, and more than one, are refused whatever the target says.
        if head.headers["Host"].count == 1 { head.headers.replaceOrAdd(name: "Host", value: target.authority) }
    }
}

/// A target in absolute form, with `http` or `https` (RFC 9112, section 3.2.2).
struct AbsoluteTarget {
    /// As it was sent: it may be none at all.
    let authority: String
    /// Path and query.
    let path: String

    init?(_ target: String) {
        for scheme in ["http://", "https://"] {
            guard target.utf8.prefix(scheme.utf8.count).equalsIgnoringCase(scheme) else { continue }
            let rest = target.utf8.dropFirst(scheme.utf8.count)
            let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
            self.authority = String(Substring(authority))
            let path = String(Substring(rest.dropFirst(authority.count)))
            self.path = path.utf8.first == UInt8(ascii: "/") ? path : "/\(path)"
            return
        }
        return nil
    }
}
