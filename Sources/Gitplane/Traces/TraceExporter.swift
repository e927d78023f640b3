import AsyncAlgorithms
import AsyncHTTPClient
import Documents
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Telemetry

/// Sends spans to a collector (OTLP over HTTP, JSON), behind everybody's back: nobody waits for it, and what it cannot
/// send is counted and forgotten.
struct TraceExporter: Service {
    /// How long spans wait at most before they are sent.
    static let interval: Duration = .seconds(1)
    /// How long the collector may take for a batch.
    static let maximumExport: Duration = .seconds(3)
    /// How long the end of the server waits for the last spans.
    static let maximumFlush: Duration = .seconds(2)
    /// How often a batch is sent that the collector cannot take now.
    static let maximumAttempts = 3
    /// The longest answer of a collector that is read, in bytes.
    static let maximumAnswer = 64 << 10

    private let address: String
    private let document: TraceDocument
    private let queue: SpanQueue
    private let interval: Duration
    private let limit: Duration
    private let logger: Logger

    /// - Parameters:
    ///   - collector: without a path; spans go to `/v1/traces`.
    ///   - interval: tests make it short.
    ///   - limit: how long a batch may take; tests make it short.
    init(
        _ collector: PublicOrigin,
        _ document: TraceDocument,
        _ queue: SpanQueue,
        interval: Duration = Self.interval,
        limit: Duration = Self.maximumExport,
        logger: Logger
    ) {
        self.address = "\(collector)/v1/traces"
        self.document = document
        self.queue = queue
        self.interval = interval
        self.limit = limit
        self.logger = logger
    }

    func run() async throws {
        let client = HTTPClient(
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            configuration: Self.configuration
        )
        var pass = Pass()
        let ticks = AsyncTimerSequence(interval: interval, clock: .continuous).map { _ in }
        for await _ in merge(ticks, queue.batches).cancelOnGracefulShutdown() {
            while !Task.isShuttingDownGracefully, await exportBatch(client, &pass, within: limit) {}
        }
        let end = ContinuousClock.now + Self.maximumFlush
        while ContinuousClock.now < end, await exportBatch(client, &pass, within: end - .now) {}
        try await client.shutdown()
    }

    /// What has been taken from the queue and not been sent.
    private struct Pass {
        var batch: [FinishedSpan] = []
        var attempts = 0
        var isFailing = false
    }

    /// Sends the oldest spans.
    ///
    /// - Returns: whether there were any, and the collector took them.
    private func exportBatch(_ client: HTTPClient, _ pass: inout Pass, within limit: Duration) async -> Bool {
        if pass.batch.isEmpty { pass = Pass(batch: queue.batch(), isFailing: pass.isFailing) }
        guard !pass.batch.isEmpty else { return false }
        let outcome = await send(pass.batch, client, within: limit)
        note(outcome, &pass)
        return outcome == .taken
    }

    private enum Outcome: Equatable {
        case taken
        /// To be tried again.
        case delayed(String)
        /// Not to be tried again.
        case refused(String)
    }

    private func note(_ outcome: Outcome, _ pass: inout Pass) {
        pass.attempts += 1
        switch outcome {
        case .taken:
            queue.noteExported(pass.batch.count)
            if pass.isFailing { logger.info("spans are sent again") }
            pass = Pass()
        case .delayed(let reason), .refused(let reason):
            if !pass.isFailing { logger.warning("spans not sent", metadata: ["reason": "\(reason)"]) }
            pass.isFailing = true
            if case .delayed = outcome, pass.attempts < Self.maximumAttempts { return }
            queue.noteDropped(pass.batch.count)
            pass.batch = []
        }
    }

    private func send(_ spans: [FinishedSpan], _ client: HTTPClient, within limit: Duration) async -> Outcome {
        var request = HTTPClientRequest(url: address)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "gitplane")
        request.body = .bytes(Array(document.json(spans).description.utf8))
        do {
            let (seconds, attoseconds) = limit.components
            let timeout = TimeAmount.seconds(seconds) + .nanoseconds(attoseconds / 1_000_000_000)
            let response = try await client.execute(request, timeout: timeout)
            _ = try await response.body.collect(upTo: Self.maximumAnswer)
            // OTLP/HTTP, section "Failures": these are to be tried again.
            switch response.status.code {
            case 200..<300: return .taken
            case 429, 502, 503, 504: return .delayed("status \(response.status.code)")
            default: return .refused("status \(response.status.code)")
            }
        } catch {
            return .delayed("\(error)")
        }
    }

    private static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(1))
        )
        configuration.httpVersion = .http1Only
        // Sending spans makes no spans.
        configuration.tracing.tracer = nil
        return configuration
    }
}
