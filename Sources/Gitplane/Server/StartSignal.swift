import Synchronization

/// Runs something once, when everything that clients meet is listening.
final class StartSignal: Sendable {
    /// What must listen before a server is ready.
    enum Part: Hashable, Sendable {
        case api
        case gate
        /// Where the metrics have an address of their own.
        case metrics
    }

    private struct State {
        var missing: Set<Part>
        var port = 0
    }

    private let state: Mutex<State>
    private let whenReady: @Sendable (_ port: Int) -> Void

    /// - Parameter whenReady: told the port of the API.
    init(_ parts: Set<Part>, whenReady: @escaping @Sendable (_ port: Int) -> Void) {
        self.state = Mutex(State(missing: parts))
        self.whenReady = whenReady
    }

    func listening(_ part: Part, port: Int? = nil) {
        let ready = state.withLock { state -> Int? in
            if let port { state.port = port }
            return state.missing.remove(part) != nil && state.missing.isEmpty ? state.port : nil
        }
        if let ready { whenReady(ready) }
    }
}
