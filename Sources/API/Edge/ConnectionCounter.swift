import Access
import Synchronization

/// Counts the connections that are open.
final class ConnectionCounter: Sendable {
    private struct State {
        var total = 0
        var perAddress: [IPAddress: Int] = [:]
        var refused = 0
    }

    /// How many connections at a time are told that they are one too many; the others are closed without a word.
    static let maximumRefused = 64

    private let rules: ConnectionRules
    private let state = Mutex(State())

    init(_ rules: ConnectionRules) { self.rules = rules }

    var total: Int { state.withLock { $0.total } }

    /// Counts a connection, unless there are too many; every `true` is followed by one ``close(_:)``.
    func open(_ address: IPAddress?) -> Bool {
        let key = counted(address)
        return state.withLock { state in
            guard state.total < rules.total else { return false }
            if let key {
                let open = state.perAddress[key] ?? 0
                guard open < rules.perAddress else { return false }
                state.perAddress[key] = open + 1
            }
            state.total += 1
            return true
        }
    }

    func close(_ address: IPAddress?) {
        let key = counted(address)
        state.withLock { state in
            state.total -= 1
            guard let key, let open = state.perAddress[key] else { return }
            state.perAddress[key] = open > 1 ? open - 1 : nil
        }
    }

    /// Whether there is room to tell somebody so; every `true` is followed by one ``refused()``.
    func refuse() -> Bool {
        state.withLock { state in
            guard state.refused < Self.maximumRefused else { return false }
            state.refused += 1
            return true
        }
    }

    func refused() { state.withLock { $0.refused -= 1 } }

    private func counted(_ address: IPAddress?) -> IPAddress? {
        guard let address, !rules.exempt.contains(address) else { return nil }
        return address.subscriber
    }
}
