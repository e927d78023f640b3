import NIOCore

/// Whether the client of a request still waits for the answer.
package struct ClientPresence: Sendable {
    private let channel: (any Channel)?

    /// Of a client whose connection ``ConnectionGuard`` watches.
    init(_ channel: any Channel) { self.channel = channel }

    private init() { self.channel = nil }

    /// Of a request that came over no connection.
    package static let unknown = ClientPresence()

    /// Calls `action` once when the client closes the connection, or its half of it, before the answer has ended.
    ///
    /// A client that left already is told at once. A request has one action: the last one given.
    package func whenGone(_ action: @escaping @Sendable () -> Void) {
        guard let channel else { return }
        let isHeard = channel.eventLoop.makePromise(of: Void.self)
        isHeard.futureResult.whenFailure { error in
            // A channel without a guard knows nothing of its client.
            if case ChannelError.operationUnsupported = error { return }
            action()
        }
        channel.triggerUserOutboundEvent(DepartureListener(action: action), promise: isHeard)
    }
}

/// Asks a ``ConnectionGuard`` to tell when the client leaves.
struct DepartureListener: Sendable {
    let action: @Sendable () -> Void
}
