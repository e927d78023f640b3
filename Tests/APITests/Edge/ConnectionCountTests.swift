import API
import Access
import NIOCore
import NIOPosix
import TestSupport
import Testing

@Suite("The number of connections")
struct ConnectionCountTests {
    private static let get = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    /// Opens `count` idle connections, then runs `body` while they are open.
    private func withIdle<Result: Sendable>(
        _ count: Int,
        port: Int,
        _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        var channels: [any Channel] = []
        for _ in 0..<count {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port).get()
            // An answer proves that the server has counted it.
            try await channel.writeAndFlush(ByteBuffer(string: "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"))
            channels.append(channel)
        }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        for channel in channels {
            // One that the server has closed in the meantime is closed already.
            channel.close(promise: nil)
            try await channel.closeFuture.get()
        }
        return try result.get()
    }

    private func edge(total: Int, perAddress: Int, exempt: [AddressRange] = []) -> EdgeRules {
        EdgeRules(
            hosts: HostRules(names: ["x"]),
            connections: ConnectionRules(total: total, perAddress: perAddress, exempt: TrustedProxies(exempt))
        )
    }

    /// The answer once the server knows of all connections before.
    private func answer(port: Int, until prefix: String) async throws -> String {
        for _ in 0..<1_000 {
            let answer = try await RawConnection.exchange(port: port, Self.get)
            if answer.hasPrefix(prefix) { return answer }
        }
        return "never \(prefix)"
    }

    @Test("are fewer where few files may be open", arguments: [(512, 128), (385, 1), (10, 1), (32_768, 1_024)])
    func openFiles(limit: Int, total: Int) {
        #expect(ConnectionRules(openFiles: limit).total == total)
    }

    @Test("So many as one address may have are served, one more is told to come back, and is served once another went")
    func perAddress() async throws {
        try await LiveServer.run(edge: edge(total: 100, perAddress: 3)) { port in
            try await withIdle(3, port: port) {
                let refused = try await answer(port: port, until: "HTTP/1.1 503 ")
                #expect(refused.contains("\r\nRetry-After: 1\r\n"))
                #expect(refused.contains("\"code\":\"state.unavailable\""))
            }
            #expect(try await answer(port: port, until: "HTTP/1.1 200 ").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("Behind a trusted address stand many clients: only the number of all connections holds there")
    func total() async throws {
        let rules = edge(total: 5, perAddress: 1, exempt: AddressRange.loopback)
        try await LiveServer.run(edge: rules) { port in
            let served = try await withIdle(4, port: port) { try await answer(port: port, until: "HTTP/1.1 200 ") }
            #expect(served.hasPrefix("HTTP/1.1 200 "))
        }
        try await LiveServer.run(edge: rules) { port in
            let refused = try await withIdle(5, port: port) { try await answer(port: port, until: "HTTP/1.1 503 ") }
            #expect(refused.hasPrefix("HTTP/1.1 503 "))
        }
    }
}
