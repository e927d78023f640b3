import Glibc
import NIOCore
import ServiceLifecycle
import Testing

@testable import Gitplane

@Suite("An address that cannot be listened on")
struct ListenerTests {
    private struct Failing: Service {
        let error: any Error

        func run() async throws { throw error }
    }

    private func refusal(_ error: any Error) async -> CommandFailure? {
        let place = ListenAddress(address: BindAddress(host: "::1", port: 80), setting: "--port")
        do {
            try await Listener(place: place, service: Failing(error: error)).run()
            return nil
        } catch {
            return error as? CommandFailure
        }
    }

    @Test(
        "is named with the setting, and a port that somebody has ends with a status of its own",
        arguments: [(EADDRINUSE, 69), (EADDRNOTAVAIL, 78), (EACCES, 78)] as [(Int32, Int32)]
    )
    func refused(code: Int32, status: Int32) async throws {
        let refusal = try #require(await refusal(IOError(errnoCode: code, reason: "bind")))
        #expect(refusal.status.rawValue == status)
        #expect(refusal.lines.count == 1)
        #expect(refusal.lines[0].contains("[::1]:80 ") && refusal.lines[0].contains("--port"), "\(refusal.lines)")
    }

    @Test("is not what is wrong when something else fails")
    func others() async {
        #expect(await refusal(IOError(errnoCode: EMFILE, reason: "accept")) == nil)
        #expect(await refusal(CancellationError()) == nil)
    }
}
