import GitTransport
import StateRepo
import Testing

@Suite("Tickets of pushes over HTTP")
struct PushTicketsTests {
    private let holder = PushTickets.Holder(
        principal: Principal(identity: .token("t1"), name: "Ada", email: "ada@example.com", scopes: [.stateWrite]),
        requestID: "r-1"
    )

    @Test("are worth something once")
    func once() throws {
        let tickets = PushTickets()
        let ticket = try #require(tickets.issue(to: holder))
        #expect(tickets.redeem(ticket) == holder)
        #expect(tickets.redeem(ticket) == nil)
    }

    @Test("are worth nothing once their process has ended")
    func revoked() throws {
        let tickets = PushTickets()
        let ticket = try #require(tickets.issue(to: holder))
        tickets.revoke(ticket)
        #expect(tickets.redeem(ticket) == nil)
    }

    @Test("are worth nothing once the credential of their request has ended")
    func ended() throws {
        let tickets = PushTickets()
        let ticket = try #require(tickets.issue(to: holder) { false })
        #expect(tickets.redeem(ticket) == nil)
    }

    @Test("are given out up to the limit, each of them different")
    func limit() {
        let tickets = PushTickets()
        let texts = (0..<PushTickets.maximumCount).compactMap { _ in tickets.issue(to: holder) }
        #expect(Set(texts).count == PushTickets.maximumCount)
        #expect(tickets.issue(to: holder) == nil)
        tickets.revoke(texts[0])
        #expect(tickets.issue(to: holder) != nil)
    }
}
