import AsyncHTTPClient
import Documents
import Foundation
import NIOCore
import NIOHTTP1

/// Calls operations of a running server.
struct ServerClient {
    /// The longest answer that is read, in bytes.
    static let maximumAnswer = 16 << 20

    /// Up to and with `/api/control-plane`.
    let base: String
    let token: String

    /// Sends a request and returns the body of its answer.
    ///
    /// - Throws: ``CommandFailure``: 70 when the server cannot be reached, 1 for what it refuses, with its code.
    func send(_ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil) async throws -> [UInt8] {
        var configuration = HTTPClient.Configuration()
        // A redirect could carry the credential elsewhere.
        configuration.redirectConfiguration = .disallow
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let answer: Answer
        do {
            answer = try await send(method, path, body, client)
        } catch {
            try await client.shutdown()
            throw CommandFailure(.internalError, "the server at \(base) cannot be reached: \(error)")
        }
        try await client.shutdown()
        guard (200...299).contains(answer.status) else { throw Self.refusal(answer) }
        return answer.body
    }

    private struct Answer {
        let status: Int
        let body: [UInt8]
    }

    private func send(
        _ method: HTTPMethod,
        _ path: String,
        _ body: JSONValue?,
        _ client: HTTPClient
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.compactBytes))
        }
        let response = try await client.execute(request, timeout: .seconds(60))
        let content = try await response.body.collect(upTo: Self.maximumAnswer)
        return Answer(status: Int(response.status.code), body: Array(content.readableBytesView))
    }

    private static func refusal(_ answer: Answer) -> CommandFailure {
        let body: JSONValue
        do { body = try JSONValue(parsing: answer.body) } catch { body = [:] }
        let code = body["code"]?.stringValue ?? "status \(answer.status)"
        let message = body["message"]?.stringValue ?? "the server refuses"
        return CommandFailure(.findings, "\(message) (\(code))")
    }
}
