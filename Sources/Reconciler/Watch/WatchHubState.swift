import StateRepo

/// What a ``WatchHub`` guards by its lock.
///
/// Changes return who is to be woken once the lock is free.
struct WatchHubState {
    typealias Waiter = CheckedContinuation<Void, Never>

    enum Refusal: Error {
        case closed
        case full
    }

    private struct Seat {
        let kind: WatchSeat.Kind
        var hasLeft = false
        var waiting: Waiting?
    }

    private struct Waiting {
        let waiter: Waiter
        let interest: WatchInterest
    }

    /// Where `main` stands; `nil` until something is published.
    var head: WatchPlace?
    private var ring = WatchRing()
    private var beats = 0
    private var isClosed = false
    private var nextSeat = 0
    private var seats: [Int: Seat] = [:]
    private(set) var watcherCount = 0
    private var pollCount = 0
    /// Who waits for anything at all.
    private var waitingForAll: Set<Int> = []
    /// Who waits for one of these names.
    private var waitingByName: [String: Set<Int>] = [:]

    var cursor: WatchCursor { WatchCursor(position: ring.end, beat: beats) }

    var waitingCount: Int { seats.values.count { $0.waiting != nil } }

    var waitingPollCount: Int { seats.values.count { $0.kind == .poll && $0.waiting != nil } }

    mutating func open(_ kind: WatchSeat.Kind) -> Result<Int, Refusal> {
        guard !isClosed else { return .failure(.closed) }
        switch kind {
        case .watcher:
            guard watcherCount < WatchHub.maximumWatchers else { return .failure(.full) }
            watcherCount += 1
        case .poll:
            guard pollCount < WatchHub.maximumPolls else { return .failure(.full) }
            pollCount += 1
        }
        nextSeat += 1
        seats[nextSeat] = Seat(kind: kind)
        return .success(nextSeat)
    }

    /// Ends the waiting of a seat for good.
    mutating func leave(_ number: Int) -> Waiter? {
        seats[number]?.hasLeft = true
        return stopWaiting(number)
    }

    /// Takes a seat away.
    mutating func release(_ number: Int) -> Waiter? {
        let waiter = stopWaiting(number)
        switch seats.removeValue(forKey: number)?.kind {
        case .watcher: watcherCount -= 1
        case .poll: pollCount -= 1
        case nil: break
        }
        return waiter
    }

    func isOver(_ number: Int) -> Bool { isClosed || seats[number]?.hasLeft != false }

    mutating func append(_ event: WatchEvent, _ names: Set<String>?) -> [Waiter] {
        ring.append(event)
        head = event.head ?? head
        guard let names else { return wake(Array(seats.keys)) }
        let concerned = waitingByName.isEmpty ? [] : names.flatMap { Array(waitingByName[$0] ?? []) }
        return wake(Array(waitingForAll) + concerned)
    }

    mutating func beat() -> [Waiter] {
        beats += 1
        return wake(waitingForAll.filter { seats[$0]?.kind == .watcher })
    }

    mutating func close() -> [Waiter] {
        isClosed = true
        return wake(Array(seats.keys))
    }

    func look(_ number: Int, after cursor: WatchCursor) -> WatchWake? {
        guard seats[number]?.hasLeft == false else { return .over }
        guard let events = ring.events(from: cursor.position) else { return .lagging }
        guard events.isEmpty else { return .events(Array(events), WatchCursor(position: ring.end, beat: cursor.beat)) }
        if isClosed { return .over }
        return beats > cursor.beat ? .beat(self.cursor) : nil
    }

    /// Whether an event from `position` on can concern `interest`; also when it is no longer known.
    func hasNews(from position: Int, for interest: WatchInterest) -> Bool {
        ring.events(from: position)?.contains { interest.isConcerned(by: $0) } ?? true
    }

    mutating func wait(_ number: Int, _ waiter: Waiter, for interest: WatchInterest) {
        seats[number]?.waiting = Waiting(waiter: waiter, interest: interest)
        switch interest {
        case .everything: waitingForAll.insert(number)
        case .below(let names): for name in names { waitingByName[name, default: []].insert(number) }
        }
    }

    private mutating func wake(_ numbers: [Int]) -> [Waiter] { numbers.compactMap { stopWaiting($0) } }

    private mutating func stopWaiting(_ number: Int) -> Waiter? {
        guard let waiting = seats[number]?.waiting else { return nil }
        seats[number]?.waiting = nil
        switch waiting.interest {
        case .everything: waitingForAll.remove(number)
        case .below(let names):
            for name in names {
                waitingByName[name]?.remove(number)
                if waitingByName[name]?.isEmpty == true { waitingByName[name] = nil }
            }
        }
        return waiting.waiter
    }
}
