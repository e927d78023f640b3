import AsyncHTTPClient
package import NIOCore
import NIOHTTP1

/// Sends requests by AsyncHTTPClient, each with a client of its own, because an address is pinned for a whole client.
///
/// Redirects are answers, not followed; no cookies, no proxy from the environment, certificates are verified against the
/// name that was asked for; an answer is read up to ``OutgoingAnswer/maximumBody``.
package struct PinnedConnector: Connector {
    /// How long it may take until the other side is connected, with TLS.
    package static let maximumConnect: TimeAmount = .seconds(3)
    /// How long the other side may be silent.
    package static let maximumSilence: TimeAmount = .seconds(10)

    private let eventLoops: any EventLoopGroup

    package init(eventLoops: any EventLoopGroup) { self.eventLoops = eventLoops }

    package func send(_ request: OutgoingRequest, over route: Route) async throws -> OutgoingAnswer {
        let client = HTTPClient(
            eventLoopGroupProvider: .shared(eventLoops),
            configuration: configuration(request.endpoint.origin, route)
        )
        do {
            let answer = try await answer(request, client)
            try await client.shutdown()
            return answer
        } catch {
            try await client.shutdown()
            try Task.checkCancellation()
            throw VerificationError(sending: error)
        }
    }

    private func answer(_ request: OutgoingRequest, _ client: HTTPClient) async throws -> OutgoingAnswer {
        var outgoing = HTTPClientRequest(url: request.endpoint.text)
        outgoing.method = HTTPMethod(rawValue: request.method)
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        if !request.body.isEmpty { outgoing.body = .bytes(request.body) }
        let response = try await client.execute(outgoing, deadline: .distantFuture)
        let body = try await response.body.collect(upTo: OutgoingAnswer.maximumBody)
        return OutgoingAnswer(status: Int(response.status.code), body: Array(buffer: body))
    }

    private func configuration(_ origin: Origin, _ route: Route) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: Self.maximumConnect, read: Self.maximumSilence)
        )
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        switch route {
        case .proxy(let proxy):
            configuration.proxy = .server(host: proxy.host, port: proxy.port)
        case .direct(let address):
            if origin.address == nil { configuration.dnsOverride = [origin.host: address.description] }
            configuration.http1_1ConnectionDebugInitializer = { channel in
                // Asked of the socket itself: nothing is sent to another address, even if the override failed.
                guard let peer = channel.remoteAddress, EndpointAddress(peer) == address else {
                    return channel.eventLoop.makeFailedFuture(VerificationError(.addressForbidden))
                }
                return channel.eventLoop.makeSucceededVoidFuture()
            }
        }
        return configuration
    }
}

extension VerificationError {
    /// What a failure of the client means.
    fileprivate init(sending error: any Error) {
        switch error {
        case let error as VerificationError: self = error
        case is NIOTooManyBytesError: self.init(.answerTooLarge)
        case let error as HTTPClientError where Self.timeouts.contains(error): self.init(.timeout)
        default: self.init(.connectionFailed, cause: error)
        }
    }

    private static let timeouts: [HTTPClientError] = [
        .readTimeout, .writeTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout,
        .tlsHandshakeTimeout, .httpProxyHandshakeTimeout,
    ]
}
