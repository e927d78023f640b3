import Glibc
import TestSupport
import Testing

@Suite("Many connections at once")
struct ConnectionBurstTests {
    /// More than what a server usually lets wait, and few enough for the open files of a test.
    private static let count = 600
    /// Before a client would try again what was dropped (RFC 6298, section 2.1: one second).
    private static let limit = Duration.milliseconds(900)

    @Test("are all made while the server is busy, so that none of their clients has to try again a second later")
    func burst() async throws {
        try await withServer { server in
            kill(server.processID, SIGSTOP)
            defer { kill(server.processID, SIGCONT) }
            let made = try server.client.openAtOnce(Self.count, within: Self.limit)
            #expect(made == Self.count)
            kill(server.processID, SIGCONT)
            #expect(try server.client.api("GET", "agents").status == 200)
        }
    }
}
