import AsyncHTTPClient
import Foundation
package import NIOCore
import NIOHTTP1
import NIOPosix
package import NIOSSL

/// Sends requests by AsyncHTTPClient, each with a client of its own, because an address is pinned for a whole client.
///
/// Redirects are answers, not followed; no cookies, no proxy from the environment, certificates are verified against the
/// name that was asked for, also through a proxy, which is asked for a tunnel (`CONNECT`, RFC 9110, section 9.3.6) and sees
/// nothing else; an answer is read up to ``OutgoingAnswer/maximumBody``.
package struct PinnedConnector: Connector {
    /// How long it may take until the other side is connected, with TLS; until the proxy has made the tunnel.
    package static let maximumConnect: TimeAmount = .seconds(3)
    /// How long the other side may be silent.
    package static let maximumSilence: TimeAmount = .seconds(10)

    private let eventLoops: any EventLoopGroup
    private let trustRoots: NIOSSLTrustRoots

    /// - Parameter trustRoots: who may vouch for vendors; those that the machine trusts.
    package init(eventLoops: any EventLoopGroup, trustRoots: NIOSSLTrustRoots = .default) {
        self.eventLoops = eventLoops
        self.trustRoots = trustRoots
    }

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
            throw VerificationError(sending: error, over: route)
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
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = trustRoots
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: tls,
            redirectConfiguration: .disallow,
            timeout: .init(connect: Self.maximumConnect, read: Self.maximumSilence)
        )
        configuration.httpVersion = .http1Only
        // A tracer would add the names of our traces to the request, which are none of a vendor's business.
        configuration.tracing.tracer = nil
        configuration.connectionPool.retryConnectionEstablishment = false
        switch route {
        case .proxy(let proxy):
            let authorization = proxy.credential.map { credential in
                HTTPClient.Authorization.basic(credentials: Data(credential.utf8).base64EncodedString())
            }
            configuration.proxy = .server(host: proxy.host, port: proxy.port, authorization: authorization)
        case .direct(let address):
            if origin.address == nil { configuration.dnsOverride = [origin.host: address.description] }
        }
        configuration.http1_1ConnectionDebugInitializer = { Self.check($0, origin, route) }
        return configuration
    }

    /// Looks at who is on the other side before anything is sent there.
    private static func check(_ channel: any Channel, _ origin: Origin, _ route: Route) -> EventLoopFuture<Void> {
        if case .direct(let address) = route {
            // Asked of the socket itself: nothing is sent to another address, even if the override failed.
            guard let peer = channel.remoteAddress, EndpointAddress(peer) == address else {
                return channel.eventLoop.makeFailedFuture(VerificationError(.addressForbidden))
            }
        }
        guard origin.scheme == .https, origin.address == nil else { return channel.eventLoop.makeSucceededVoidFuture() }
        // NIOSSL also takes a certificate for the address of the other side, which is the proxy's, or a resolver's word.
        return channel.nioSSL_peerCertificate().flatMapThrowing { certificate in
            guard let certificate, certificate.isFor(origin.host) else { throw VerificationError(.connectionFailed) }
        }
    }
}

extension NIOSSLCertificate {
    /// Whether a certificate is for a host, by its name or by a `*` in place of the first label (RFC 9525, section 6.3).
    ///
    /// - Parameter host: in lower case.
    fileprivate func isFor(_ host: String) -> Bool {
        _subjectAlternativeNames().contains { name in
            guard name.nameType == .dnsName else { return false }
            let known = String(decoding: name.contents, as: UTF8.self).lowercased()
            if known.utf8.elementsEqual(host.utf8) { return true }
            guard known.hasPrefix("*."), let end = host.firstIndex(of: ".") else { return false }
            return known.dropFirst().utf8.elementsEqual(host[end...].utf8)
        }
    }
}

extension VerificationError {
    /// What a failure of the client means.
    fileprivate init(sending error: any Error, over route: Route) {
        if case .proxy = route, let failure = Self.failure(ofProxy: error) {
            self = failure
            return
        }
        switch error {
        case let error as VerificationError: self = error
        case is NIOTooManyBytesError: self.init(.answerTooLarge)
        case let error as HTTPClientError where Self.timeouts.contains(error): self.init(.timeout)
        default: self.init(.connectionFailed, cause: error)
        }
    }

    /// What went wrong on the way to the proxy and with its tunnel; `nil` for what happens behind it.
    private static func failure(ofProxy error: any Error) -> VerificationError? {
        switch error {
        case let error as HTTPClientError where error == .proxyAuthenticationRequired:
            VerificationError(.proxyRefused, httpStatus: 407)
        case let error as HTTPClientError where error == .invalidProxyResponse: VerificationError(.proxyRefused)
        case let error as HTTPClientError where proxyTimeouts.contains(error): VerificationError(.proxyTimeout)
        case is NIOConnectionError: VerificationError(.proxyUnreachable)
        default: nil
        }
    }

    private static let proxyTimeouts: [HTTPClientError] = [.connectTimeout, .httpProxyHandshakeTimeout]

    private static let timeouts: [HTTPClientError] = [
        .readTimeout, .writeTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout,
        .tlsHandshakeTimeout,
    ]
}
