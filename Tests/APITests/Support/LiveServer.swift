import API
import Hummingbird
import Logging
import ServiceLifecycle

/// The fake server on a free port of this machine.
enum LiveServer {
    /// Runs `body` while the server listens, then stops it with grace.
    static func run<Result: Sendable>(
        overriding handlers: [String: OperationHandler] = [:],
        edge: EdgeRules = EdgeRules(hosts: HostRules(names: ["x"])),
        _ body: @escaping @Sendable (_ port: Int) async throws -> Result
    ) async throws -> Result {
        let (ports, port) = AsyncStream<Int>.makeStream()
        let application = try FakeServer.application(onListening: { port.yield($0) }, overriding: handlers, edge: edge)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [application], logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            guard let number = await iterator.next() else { throw CancellationError() }
            do {
                let result = try await body(number)
                await group.triggerGracefulShutdown()
                return result
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
        }
    }
}
