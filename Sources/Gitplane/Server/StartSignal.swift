import Synchronization

/// Runs something once, when everything that clients meet is listening.
final class StartSignal: Sendable {
    /// What must listen before a server is ready.
    enum Part: Hashable, Sendable {
        case api
        case gate
    }

    private struct State {
        var missing: Set<Part> = [.api, .gate]
        var port = 0
    }

    private let state = Mutex(State())
    private let whenReady: @Sendable (_ port: Int) -> Void

    /// - Parameter whenReady: told the port of the API.
    init(whenReady: @escaping @Sendable (_ port: Int) -> Void) { self.whenReady = whenReady }

    func listening(_ part: Part, port: Int? = nil) {
        let ready = state.withLock { state -> Int? in
            if let port { state.port = port }
            return state.missing.remove(part) != nil && state.missing.isEmpty ? state.port : nil
        }
        if let ready { whenReady(ready) }
    }
}
