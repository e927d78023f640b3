import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization

/// A vendor on a free port of this machine, which answers what a test says and remembers what it was asked.
package final class FakeProvider: Sendable {
    /// A request as it came over the wire.
    package struct Received: Sendable {
        package let method: String
        /// With the query.
        package let target: String
        /// Names in lower case.
        package let headers: [String: String]
        package let body: String
    }

    package enum Answer: Sendable {
        case status(Int, String = "{}", headers: [String: String] = [:])
        /// A body of so many bytes.
        case bytes(Int)
        /// One byte, and then nothing until the other side leaves.
        case drip
        /// Nothing at all until the other side leaves.
        case silence
    }

    private let requests = Mutex<[Received]>([])
    /// Who waits for the end of the test; `nil` from then on.
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]?>([])
    private let answer: @Sendable (Received) -> Answer

    private init(_ answer: @escaping @Sendable (Received) -> Answer) { self.answer = answer }

    package var received: [Received] { requests.withLock { $0 } }

    /// Runs `body` while the vendor listens; `port` is where.
    package static func run<Result: Sendable>(
        _ answer: @escaping @Sendable (Received) -> Answer,
        _ body: @escaping @Sendable (FakeProvider, _ port: Int) async throws -> Result
    ) async throws -> Result {
        let provider = FakeProvider(answer)
        let application =
            Application(
                responder: CallbackResponder { request, _ in try await provider.respond(request) },
                server: HTTPServerBuilder { KeptChannel($0) },
                configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
                logger: Logger(label: "fake", factory: { _ in SwiftLogNoOpLogHandler() })
            ) as Application<CallbackResponder<BasicRequestContext>>
        return try await application.test(.live) { client in
            guard let port = client.port else { throw CancellationError() }
            defer { provider.end() }
            return try await body(provider, port)
        }
    }

    private func respond(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 20)
        let received = Received(
            method: request.method.rawValue,
            target: request.uri.description,
            headers: Dictionary(request.headers.map { ($0.name.canonicalName, $0.value) }) { first, _ in first },
            body: String(buffer: body)
        )
        requests.withLock { $0.append(received) }
        switch answer(received) {
        case .status(let status, let text, let headers):
            var fields = HTTPFields()
            for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
            return Response(
                status: .init(code: status),
                headers: fields,
                body: ResponseBody(byteBuffer: ByteBuffer(string: text))
            )
        case .bytes(let count):
            return Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(repeating: 0x20, count: count)))
        case .drip:
            return Response(
                status: .ok,
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: "{"))
                    await self.departure()
                    try await writer.finish(nil)
                }
            )
        case .silence:
            await self.departure()
            return Response(status: .ok)
        }
    }

    /// Waits until the test is over.
    private func departure() async {
        await withCheckedContinuation { continuation in
            let hasEnded = waiting.withLock { waiting in
                waiting?.append(continuation)
                return waiting == nil
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func end() {
        let continuations = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting ?? []
        }
        for continuation in continuations { continuation.resume() }
    }
}
