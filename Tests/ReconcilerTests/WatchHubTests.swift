import StateRepo
import TestSupport
import Testing

@testable import Reconciler

@Suite("Where watchers wait", .timeLimit(.minutes(15)))
struct WatchHubTests {
    private static let head = WatchPlace(revision: StateFixture.revision(1), sequence: 1)

    private func hub() -> WatchHub {
        let hub = WatchHub()
        hub.start(at: Self.head)
        return hub
    }

    private func code(_ body: () throws -> Void) -> StateError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? StateError)?.code
        }
    }

    @Test(
        "So many watches and so many waiting requests are admitted, one more of either is unavailable until one leaves"
    )
    func seats() throws {
        for (kind, limit) in [
            (WatchSeat.Kind.watcher, WatchHub.maximumWatchers), (.poll, WatchHub.maximumPolls),
        ] {
            let hub = hub()
            var seats = try (0..<limit).map { _ in try hub.takeSeat(kind) }
            #expect(code { _ = try hub.takeSeat(kind) } == .unavailable)
            seats.removeLast()
            seats.append(try hub.takeSeat(kind))
            #expect(hub.watcherCount == (kind == .watcher ? limit : 0))
        }
    }

    @Test("A watch starts at the head, and gets what is published after that at once or as it comes, in order")
    func order() async throws {
        let hub = hub()
        let seat = try hub.takeSeat(.watcher)
        let start = try seat.subscribe()
        #expect(start.head == Self.head)
        let changes = try (1...3).map { try Changes.ofAgents($0) }
        hub.publish(.change(changes[0]))
        hub.publish(.change(changes[1]))
        guard case .events(let first, let cursor) = await seat.next(after: start.cursor) else {
            Issue.record("there are no events")
            return
        }
        #expect(first.count == 2)
        async let next = seat.next(after: cursor)
        try await until { hub.waitingCount == 1 }
        hub.publish(.change(changes[2]))
        guard case .events(let second, _) = await next, case .change(let change)? = second.first else {
            Issue.record("there is no third event")
            return
        }
        #expect(change === changes[2])
        #expect(try seat.subscribe().head == changes[2].place)
    }

    @Test("A watch that falls behind what is kept is told so")
    func lagging() async throws {
        let hub = hub()
        let seat = try hub.takeSeat(.watcher)
        let start = try seat.subscribe()
        for _ in 0...WatchRing.maximumEvents { hub.publish(.status) }
        guard case .lagging = await seat.next(after: start.cursor) else {
            Issue.record("it is not told")
            return
        }
    }

    @Test("A heartbeat reaches every watch once, also one that was busy when it came, and no waiting request")
    func beats() async throws {
        let hub = hub()
        let (idle, busy, poll) = (try hub.takeSeat(.watcher), try hub.takeSeat(.watcher), try hub.takeSeat(.poll))
        let start = try idle.subscribe()
        async let first = idle.next(after: start.cursor)
        async let change = poll.change(after: start, for: .everything)
        try await until { hub.waitingCount == 2 }
        hub.beat()
        guard case .beat(let cursor) = await first, case .beat = await busy.next(after: start.cursor) else {
            Issue.record("there is no heartbeat")
            return
        }
        #expect(hub.waitingCount == 1)
        async let second = idle.next(after: cursor)
        try await until { hub.waitingCount == 2 }
        hub.close()
        guard case .over = await second else {
            Issue.record("a heartbeat came twice")
            return
        }
        #expect(await change == false)
    }

    @Test("Requests that wait for a resource sleep through changes of others, whatever their number")
    func interests() async throws {
        let hub = hub()
        let seats = try (0..<100).map { _ in try hub.takeSeat(.poll) }
        let start = try seats[0].subscribe()
        await withTaskGroup(of: Bool.self) { group in
            for (number, seat) in seats.enumerated() {
                group.addTask {
                    await seat.change(after: start, for: .below(["agents/a\(number)", "releases/a\(number)"]))
                }
            }
            do {
                try await until { hub.waitingCount == 100 }
                hub.publish(.status)
                hub.publish(.change(try Changes.change(["skills/x/SKILL.md": "---\nname: x\ndescription: x\n---\n"])))
                #expect(hub.waitingCount == 100)
                hub.publish(.change(try Changes.ofAgents(3)))
                #expect(hub.waitingCount == 97)
                hub.publish(.reset(head: Self.head, lost: .zero))
                #expect(hub.waitingCount == 0)
            } catch {
                Issue.record(error)
                hub.close()
            }
            for await isChanged in group { #expect(isChanged) }
        }
        #expect(await seats[0].change(after: start, for: .below(["agents/a0"])))
    }

    @Test("Who leaves is not kept waiting, before or while it waits, and neither is who is cancelled")
    func leaving() async throws {
        let hub = hub()
        let (gone, going, cancelled) = (
            try hub.takeSeat(.watcher), try hub.takeSeat(.watcher), try hub.takeSeat(.watcher)
        )
        let start = try gone.subscribe()
        gone.leave()
        guard case .over = await gone.next(after: start.cursor) else {
            Issue.record("it waits")
            return
        }
        async let wake = going.next(after: start.cursor)
        try await until { hub.waitingCount == 1 }
        going.leave()
        guard case .over = await wake else {
            Issue.record("it waits")
            return
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await cancelled.next(after: start.cursor) }
            group.cancelAll()
        }
        #expect(cancelled.isOver)
    }

    @Test("Closed, it tells first what was published before, and admits nobody")
    func closing() async throws {
        let hub = hub()
        let seat = try hub.takeSeat(.watcher)
        let start = try seat.subscribe()
        hub.publish(.change(try Changes.ofAgents(1)))
        hub.close()
        guard case .events(_, let cursor) = await seat.next(after: start.cursor),
            case .over = await seat.next(after: cursor)
        else {
            Issue.record("the event is lost")
            return
        }
        #expect(code { _ = try hub.takeSeat(.watcher) } == .unavailable)
        #expect(code { _ = try hub.takeSeat(.poll) } == .unavailable)
    }
}
