import AsyncHTTPClient
package import Documents
import NIOCore
import NIOHTTP1
import NIOSSL

/// Calls operations of a running server, each on a connection of its own.
package struct ControlClient: Sendable {
    /// The longest answer that is read, in bytes; a bundle of secrets is the longest that there is.
    package static let maximumAnswer = 96 << 20
    /// How long an operation may take.
    private static let patience = TimeAmount.seconds(60)

    package enum Method: String, Sendable {
        case get = "GET"
        case put = "PUT"
        case post = "POST"
        case delete = "DELETE"
    }

    private let address: ServerAddress
    private let token: String
    private let authorities: TrustedAuthorities?

    /// - Parameter authorities: the only ones that may have signed the server's certificate; `nil` for those of the machine.
    package init(_ address: ServerAddress, token: String, trusting authorities: TrustedAuthorities? = nil) {
        self.address = address
        self.token = token
        self.authorities = authorities
    }

    /// Sends a request and returns the body of its answer.
    ///
    /// - Parameter path: after `/api/control-plane`.
    /// - Throws: ``ControlFailure``.
    package func send(
        _ method: Method,
        _ path: String,
        _ body: JSONValue? = nil
    ) async throws(ControlFailure) -> [UInt8] {
        let answer: Answer
        do {
            answer = try await exchange(method, path, body)
        } catch {
            throw ControlFailure(.unreachable, "no answer from \(address): \(ConnectionFault(error))")
        }
        guard (200...299).contains(answer.status) else { throw Self.refusal(answer) }
        return answer.body
    }

    private struct Answer {
        let status: Int
        let body: [UInt8]
    }

    private func exchange(_ method: Method, _ path: String, _ body: JSONValue?) async throws -> Answer {
        var configuration = HTTPClient.Configuration()
        // A redirect could carry the credential elsewhere.
        configuration.redirectConfiguration = .disallow
        // What cannot be reached now is told now.
        configuration.connectionPool.retryConnectionEstablishment = false
        if let authorities {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .certificates(authorities.certificates)
            configuration.tlsConfiguration = tls
        }
        var request = HTTPClientRequest(url: "\(address)/api/control-plane\(path)")
        request.method = HTTPMethod(rawValue: method.rawValue)
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.compactBytes))
        }
        return try await HTTPClient.withHTTPClient(configuration: configuration) { [request] client in
            let response = try await client.execute(request, timeout: Self.patience)
            let content = try await response.body.collect(upTo: Self.maximumAnswer)
            return Answer(status: Int(response.status.code), body: Array(content.readableBytesView))
        }
    }

    private static func refusal(_ answer: Answer) -> ControlFailure {
        let body: JSONValue?
        do { body = try JSONValue(parsing: answer.body) } catch { body = nil }
        let code = body?["code"]?.stringValue ?? "status \(answer.status)"
        let message = body?["message"]?.stringValue ?? "the server refuses"
        let findings = body?["details"]?.arrayValue?.compactMap { $0["message"]?.stringValue } ?? []
        let text = findings.isEmpty ? message : findings.joined(separator: "; ")
        return ControlFailure(.refused, "\(text) (\(code))")
    }
}
