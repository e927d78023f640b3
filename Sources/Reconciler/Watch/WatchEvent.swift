package import StateRepo

/// What the publisher tells watchers.
package enum WatchEvent: Sendable {
    case change(StateChange)
    /// A condition is another one; which they are now is read when it is told.
    case status
    /// `main` no longer contains `lost`, which was its head; it goes on from `head`.
    case reset(head: WatchPlace, lost: CommitID)
    /// The head moved by more commits than are kept here: history has them.
    case behind(head: WatchPlace)

    /// Where `main` stands after it; `nil` when it did not move.
    var head: WatchPlace? {
        switch self {
        case .change(let change): change.place
        case .reset(let head, _), .behind(let head): head
        case .status: nil
        }
    }
}

/// The newest events, numbered from 0 for the life of the process.
struct WatchRing {
    /// How many events are kept for watchers that fell behind.
    static let maximumEvents = 1_024
    /// How many resources these events may name together; the newest event is kept whatever it names.
    static let maximumResources = 50_000

    private var events: [WatchEvent] = []
    private var resourceCount = 0
    /// The number of the oldest event that is kept.
    private(set) var start = 0

    /// The number that the next event gets.
    var end: Int { start + events.count }

    mutating func append(_ event: WatchEvent) {
        events.append(event)
        resourceCount += event.resourceCount
        var surplus = 0
        while events.count - surplus > 1,
            events.count - surplus > Self.maximumEvents || resourceCount > Self.maximumResources
        {
            resourceCount -= events[surplus].resourceCount
            surplus += 1
        }
        events.removeFirst(surplus)
        start += surplus
    }

    /// The events with this number and higher ones; `nil` when some of them are no longer kept.
    func events(from number: Int) -> ArraySlice<WatchEvent>? {
        guard number >= start else { return nil }
        return events[min(number - start, events.count)...]
    }
}

extension WatchEvent {
    fileprivate var resourceCount: Int {
        guard case .change(let change) = self else { return 0 }
        return change.resources.count
    }
}
