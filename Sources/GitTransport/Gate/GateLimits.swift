/// Limits of the conversation between the hook and the server.
package enum GateLimits {
    /// The largest request or answer, in bytes.
    package static let maximumMessageSize = 1 << 20
    /// The most connections that are served at once; more wait in the socket's queue.
    package static let maximumConnections = 16
    /// How long a whole conversation may take.
    package static let deadline: Duration = .seconds(30)
    /// The longest path of a socket, in bytes: what `sockaddr_un` takes on every system that NIO runs on.
    package static let maximumSocketPathLength = 103
    /// The most lines of an answer, and the longest, in bytes.
    package static let maximumLines = 200
    package static let maximumLineLength = 8_192
}
