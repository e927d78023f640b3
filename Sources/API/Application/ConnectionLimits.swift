import Glibc
import HTTPTypes
import HummingbirdCore
import NIOCore

/// What a connection may do; see ``ConnectionGuard`` for the times.
enum ConnectionLimits {
    /// A connection without a request is closed after this time.
    static let idle: TimeAmount = .seconds(75)
    /// From the first byte of a request's head to its last; for the first request from when the connection stands.
    static let head: TimeAmount = .seconds(10)
    /// From the end of the head to the end of the body.
    static let body: TimeAmount = .seconds(30)
    /// Bodies of git's requests may take longer, but not from one byte to the next.
    static let gitSilence: TimeAmount = .seconds(60)
    /// How long a client may leave unread what fills its half of the connection: 32 KiB have to go in this time.
    static let stalledAnswer: TimeAmount = .seconds(60)
    /// After so long without a sign of the other machine what was sent counts as lost, and the connection is closed
    /// (`TCP_USER_TIMEOUT`, tcp(7)); the heartbeats of a watch are what is sent.
    static let unacknowledgedMilliseconds = 60_000
    static let unacknowledgedOption = NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT)
    /// How long the rest of a refused body is thrown away before the connection is closed.
    static let linger: TimeAmount = .seconds(2)
    /// How much of it is thrown away.
    static let lingerBytes = 4 << 20

    /// How long the body of a request may take.
    enum Patience {
        case forAll(TimeAmount)
        case forEachPart(TimeAmount)

        init(_ head: HTTPRequest) {
            let isGit = head.path?.utf8.starts(with: "/git/".utf8) ?? false
            self = isGit ? .forEachPart(ConnectionLimits.gitSilence) : .forAll(ConnectionLimits.body)
        }
    }

    /// What an HTTP/2 connection has left when the server stops; the process ends within ten seconds.
    static let farewell: TimeAmount = .seconds(8)
    /// A connection of HTTP/2 without streams is told to go after ``idle``, and closed after this time whatever it says.
    static let patience: TimeAmount = .seconds(90)

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
