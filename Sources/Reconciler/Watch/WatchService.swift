import ServiceLifecycle

/// Keeps watches alive while the server runs, and ends them when it stops.
///
/// It stands behind the server in its group, so that watches have ended when the server waits for its connections.
package struct WatchService: Service {
    /// How long a watch is silent at most.
    package static let heartbeat: Duration = .seconds(15)

    private let hub: WatchHub

    package init(_ hub: WatchHub) { self.hub = hub }

    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { [hub] in
                while true {
                    try await hub.clock.sleep(for: Self.heartbeat)
                    hub.beat()
                }
            }
        } catch is CancellationError {
            // That is how it stops.
        }
        hub.close()
    }
}
