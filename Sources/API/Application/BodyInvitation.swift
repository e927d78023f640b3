import HTTPTypes
import Hummingbird
import NIOCore

/// Tells a ``ConnectionGuard`` that somebody reads the body now: a client that waits to be asked is asked.
///
/// So a client hears first when its credential or the size of its body is refused, and sends nothing in vain.
struct BodyInvitation: Sendable {
    /// Whether a client waits: `Expect: 100-continue` (RFC 9110, section 10.1.1).
    static func isAwaited(by head: HTTPRequest) -> Bool {
        head.headerFields.value(of: .expect)?.lowercased() == "100-continue"
    }

    /// The request with a body whose first reader invites the client to send it.
    static func inviting(_ request: Request, over channel: any Channel) -> Request {
        guard isAwaited(by: request.head) else { return request }
        return Request(head: request.head, body: RequestBody(asyncSequence: Body(base: request.body, channel: channel)))
    }

    private struct Body: AsyncSequence, Sendable {
        typealias Element = ByteBuffer

        struct AsyncIterator: AsyncIteratorProtocol {
            var base: RequestBody.AsyncIterator
            let channel: any Channel
            var hasInvited = false

            mutating func next() async throws -> ByteBuffer? {
                if !hasInvited {
                    hasInvited = true
                    channel.triggerUserOutboundEvent(BodyInvitation(), promise: nil)
                }
                return try await base.next()
            }
        }

        let base: RequestBody
        let channel: any Channel

        func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: base.makeAsyncIterator(), channel: channel) }
    }
}
