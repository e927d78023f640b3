import NIOCore
import NIOHTTP2

/// What a connection of HTTP/2 may do (RFC 9113); who does more loses it, with a GOAWAY that says why.
///
/// Headers are limited as those of HTTP/1.1 are (``RequestLimits``): within the parser's limit with 431, beyond it with the connection. The
/// parser knows its limit once the client has acknowledged the settings, and takes 16 KiB (as section 6.5.2 counts) before.
enum HTTP2Limits {
    /// Streams at a time (section 5.1.2).
    static let maximumStreams = 100
    /// Streams that a client resets in ``window`` (CVE-2023-44487), and streams that it makes the server reset.
    static let maximumResets = 200
    /// PING, SETTINGS, PRIORITY and other frames of control in ``window``: most of them have to be answered.
    static let maximumControlFrames = 200
    /// Frames of control that wait to be sent, because the client does not read.
    static let maximumWaitingFrames = 1_000
    /// CONTINUATION frames of one block of headers (CVE-2024-27316).
    static let maximumContinuations = 8
    /// DATA frames in a row that hold nothing.
    static let maximumEmptyFrames = 8
    /// Errors of streams, as long as the connection lives.
    static let maximumErrors = 200
    /// What a client may send before the server has taken it, for all streams together and for each one, in bytes.
    static let maximumUnread = 65_535

    static let window: TimeAmount = .seconds(30)

    static var configuration: NIOHTTP2Handler.Configuration {
        var configuration = NIOHTTP2Handler.Configuration()
        configuration.connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: maximumStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: RequestLimits.parserHeaderBytes),
        ]
        configuration.connection.maximumSequentialEmptyDataFrames = maximumEmptyFrames
        configuration.connection.maximumBufferedControlFrames = maximumWaitingFrames
        configuration.connection.maximumSequentialContinuationFrames = maximumContinuations
        configuration.connection.maximumConnectionGlitches = maximumErrors
        configuration.connection.targetWindowSize = maximumUnread
        configuration.connection.controlFrameRateLimit.maximumCount = maximumControlFrames
        configuration.connection.controlFrameRateLimit.windowLength = window
        configuration.stream.targetWindowSize = maximumUnread
        configuration.stream.streamResetFrameRateLimit.maximumCount = maximumResets
        configuration.stream.streamResetFrameRateLimit.windowLength = window
        configuration.stream.streamErrorRateLimit.maximumCount = maximumResets
        configuration.stream.streamErrorRateLimit.windowLength = window
        return configuration
    }
}
