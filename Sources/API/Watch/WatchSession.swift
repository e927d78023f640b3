import Hummingbird
import NIOCore
import Reconciler
import StateRepo

/// One watch: first what history has since the place where the client stands, then what is published, without a hole and
/// without repetition.
///
/// It keeps a place and a number, no events: a client that reads slowly falls behind the hub's ring and catches up from
/// history, page by page.
struct WatchSession: Sendable {
    enum Start: Sendable {
        case after(WatchPlace)
        /// The client stands on a revision that `main` no longer contains.
        case lost(CommitID)
    }

    private let seat: WatchSeat
    private let filter: WatchFilter
    private let services: StateServices
    private let texts: ChangeTexts
    private let lost: CommitID?
    /// Whether the client may still be told anything.
    private let isAllowed: @Sendable () -> Bool
    /// Where `main` stood when what comes from ``cursor`` on was still to come.
    private var head: WatchPlace
    private var cursor: WatchCursor
    /// Up to where the client was told.
    private var place: WatchPlace
    /// The last id that the client has.
    private var lastID: CommitID

    init(
        seat: WatchSeat,
        subscription: WatchSubscription,
        start: Start,
        filter: WatchFilter,
        services: StateServices,
        texts: ChangeTexts,
        isAllowed: @escaping @Sendable () -> Bool
    ) {
        self.seat = seat
        self.filter = filter
        self.services = services
        self.texts = texts
        self.isAllowed = isAllowed
        self.head = subscription.head
        self.cursor = subscription.cursor
        switch start {
        case .after(let place): (self.place, self.lost) = (place, nil)
        case .lost(let revision): (self.place, self.lost) = (subscription.head, revision)
        }
        self.lastID = place.revision
    }

    /// Tells everything until the client leaves, its credential ends or the server stops.
    ///
    /// A credential is looked at before each events and each heartbeat.
    ///
    /// - Throws: when the connection is gone, and `state.unavailable` when history cannot be read.
    mutating func run(_ writer: inout any ResponseBodyWriter) async throws {
        if let lost {
            try await writer.write(EventText.reset(to: place, lost: lost))
        } else {
            try await writer.write(EventText.start(at: place))
        }
        try await writer.write(EventText.status(services.conditions.settled))
        try await catchUp(to: head, &writer)
        while true {
            let next = await seat.next(after: cursor)
            guard isAllowed() else { return }
            switch next {
            case .events(let events, let next):
                cursor = next
                try await tell(events, &writer)
            case .beat(let next):
                cursor = next
                try await writer.write(EventText.heartbeat(at: place.revision == lastID ? nil : place.revision))
                lastID = place.revision
            case .lagging:
                try subscribeAgain()
                try await catchUp(to: head, &writer)
            case .over: return
            }
        }
    }

    private mutating func tell(_ events: [WatchEvent], _ writer: inout any ResponseBodyWriter) async throws {
        let subscribed = cursor
        for event in events {
            // After a new subscription the rest is told already.
            guard cursor == subscribed else { return }
            switch event {
            case .change(let change):
                if change.place.sequence == place.sequence + 1 {
                    try await tell(change, &writer)
                } else {
                    try await catchUp(to: change.place, &writer)
                }
            case .status: try await writer.write(EventText.status(services.conditions.settled))
            case .behind(let head): try await catchUp(to: head, &writer)
            case .reset(let head, let lost):
                try await writer.write(EventText.reset(to: head, lost: lost))
                (place, lastID) = (head, head.revision)
            }
        }
    }

    private mutating func tell(_ change: StateChange, _ writer: inout any ResponseBodyWriter) async throws {
        place = change.place
        guard let text = texts.text(of: change, for: filter) else { return }
        lastID = place.revision
        try await writer.write(text)
    }

    /// Tells from history what lies between the client's place and `head`; nothing when it was told already.
    private mutating func catchUp(to head: WatchPlace, _ writer: inout any ResponseBodyWriter) async throws {
        guard place.sequence < head.sequence else { return }
        guard var snapshot = try await snapshot(at: place) else { return try await reset(&writer) }
        while snapshot.sequence < head.sequence, !seat.isOver, isAllowed() {
            guard let page = try await services.archive.changes(after: snapshot, upTo: head.sequence) else {
                return try await reset(&writer)
            }
            for change in page.changes { try await tell(change, &writer) }
            snapshot = page.snapshot
        }
    }

    /// The state that the client knows; `nil` when `main` no longer contains it.
    private func snapshot(at place: WatchPlace) async throws -> StateSnapshot? {
        do {
            let entry = try services.archive.resolve(.commit(prefix: place.revision.description))
            return try await services.archive.snapshot(at: entry)
        } catch  where error.code == .revisionNotFound {
            return nil
        }
    }

    /// `main` was rewritten while history was read: goes on at the head that it has now.
    private mutating func reset(_ writer: inout any ResponseBodyWriter) async throws {
        let lost = place.revision
        try subscribeAgain()
        (place, lastID) = (head, head.revision)
        try await writer.write(EventText.reset(to: head, lost: lost))
    }

    private mutating func subscribeAgain() throws {
        let subscription = try seat.subscribe()
        (head, cursor) = (subscription.head, subscription.cursor)
    }
}
