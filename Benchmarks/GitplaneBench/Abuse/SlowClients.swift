import Glibc

/// Many connections that hold on to a server by doing as little as they can: a head or a body that comes byte by byte, and an answer
/// that nobody reads.
///
/// One thread does it all; a connection that the server closes is opened anew.
struct SlowClients: Sendable {
    private enum Kind: Int {
        case head, body, reader
    }

    let count: Int

    /// - Returns: how many connections were opened in all.
    func run(port: Int, until end: ContinuousClock.Instant) throws -> Int {
        var sockets = try (0..<count).map { try Self.open($0, port) }
        defer { for socket in sockets { close(socket) } }
        var opened = count
        while true {
            for index in sockets.indices {
                guard ContinuousClock.now < end else { return opened }
                usleep(1_000)
                guard !Self.goOn(sockets[index], Self.kind(index)) else { continue }
                close(sockets[index])
                sockets[index] = try Self.open(index, port)
                opened += 1
            }
        }
    }

    private static func kind(_ index: Int) -> Kind { Kind(rawValue: index % 3) ?? .head }

    private static func open(_ index: Int, _ port: Int) throws -> Int32 {
        let start =
            switch kind(index) {
            case .head: "GET /api/control-plane/agents HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
            case .body:
                "POST /api/control-plane/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 1000\r\nX-Forwarded-For: 10.200.\(index >> 8).\(index & 255)\r\n\r\n{"
            case .reader:
                String(
                    decoding: RequestBytes.get("/api/control-plane/agents?limit=100&fields=full").bytes,
                    as: UTF8.self
                )
            }
        let socket = try LoopbackSocket.connect(port)
        _ = send(socket, start, start.utf8.count, Int32(MSG_NOSIGNAL))
        return socket
    }

    /// Sends one more byte; `false` when the server has answered or closed the connection.
    private static func goOn(_ socket: Int32, _ kind: Kind) -> Bool {
        if kind == .reader {
            var state = pollfd(fd: socket, events: 0, revents: 0)
            return poll(&state, 1, 0) == 0
        }
        var byte = UInt8(ascii: " ")
        guard recv(socket, &byte, 1, Int32(MSG_DONTWAIT)) < 0, errno == EAGAIN else { return false }
        return send(socket, &byte, 1, Int32(MSG_NOSIGNAL)) == 1
    }
}
