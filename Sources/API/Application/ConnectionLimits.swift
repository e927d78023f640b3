import HummingbirdCore
import NIOCore

/// What a connection may do; see ``ConnectionGuard`` for the times.
enum ConnectionLimits {
    /// A connection without a request is closed after this time.
    static let idle: TimeAmount = .seconds(75)
    /// From the first byte of a request's head to its last.
    static let head: TimeAmount = .seconds(10)
    /// From the end of the head to the end of the body.
    static let body: TimeAmount = .seconds(30)
    /// How long the rest of a refused body is thrown away before the connection is closed.
    static let linger: TimeAmount = .seconds(2)
    /// How much of it is thrown away.
    static let lingerBytes = 4 << 20

    static var channel: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuard()],
            idleTimeout: idle,
            httpDecoderConfiguration: HTTP1Channel.Configuration.DecoderConfiguration(
                maxHeaderFieldSize: RequestLimits.parserHeaderBytes,
                maxHeaderListSize: RequestLimits.parserHeaderBytes,
                maxHeaderFieldCount: RequestLimits.parserHeaderCount
            )
        )
    }
}
