package import Hummingbird
import Logging
import NIOCore

/// What the server knows about a request beyond the request itself.
package struct APIContext: InitializableFromSource, Sendable {
    let logger: Logger
    private let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        self.logger = source.logger
        self.channel = source.channel
    }

    /// The address of the peer; behind a proxy the proxy's.
    var peer: SocketAddress? { channel.remoteAddress }

    var presence: ClientPresence { ClientPresence(channel) }

    /// The request, whose client is asked for the body when somebody reads it.
    func inviting(_ request: Request) -> Request { BodyInvitation.inviting(request, over: channel) }
}
