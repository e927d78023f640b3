import Foundation
import Glibc

/// Pushes of packs that mean harm, so many at a time, with a good credential: deltas that expand to gigabytes, and packs cut off.
struct HostilePushes: Sendable {
    /// A blob of 64 KiB, and a delta that makes 256 MiB of it; and the same for 4 GiB.
    private static let bombs = [
        "UEFDSwAAAAIAAAACsIAgeNrtwQEBAAAAgJD+r+4ICgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAGoADwAB+IACyXwS+bCiS/wZx0orJlqXySQTd3V42u3BgQkAMAjAMAYe3tP1jpGkpvMC"
            + "AAAAvrcx6QN+Ftk/6bo6yxdJLVsftzCIlMKL3go=",
        "UEFDSwAAAAIAAAACsIAgeNrtwQEBAAAAgJD+r+4ICgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAGoADwAB+IAgyXwS+bCiS/wZx0orJlqXySQTd3V42u3BMQEAAAjAoMcARl50DQLU9DYA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB4B3jrCpXEqSX2"
            + "7SMW9NNGbsMga83qGWGQNg==",
    ]

    let count: Int
    let token: String

    /// - Returns: how many pushes were answered.
    func run(port: Int, until end: ContinuousClock.Instant) async throws -> Int {
        let requests = Self.packs().map { Self.request(token, pack: $0) }
        return try await withThrowingTaskGroup(of: Int.self) { group in
            for client in 0..<count {
                group.addTask {
                    try await onOwnThread {
                        var number = client
                        while ContinuousClock.now < end {
                            try Self.push(requests[number % requests.count], port)
                            number += 1
                        }
                        return number - client
                    }
                }
            }
            return try await group.reduce(0, +)
        }
    }

    private static func packs() -> [[UInt8]] {
        let bombs = bombs.compactMap { Data(base64Encoded: $0) }.map { Array($0) }
        return bombs + bombs.map { Array($0.dropLast($0.count / 2)) }
    }

    private static func request(_ token: String, pack: [UInt8]) -> [UInt8] {
        let (none, some) = (String(repeating: "0", count: 40), String(repeating: "a", count: 40))
        let command = "\(none) \(some) refs/heads/bomb\0report-status"
        let digits = String(command.utf8.count + 4, radix: 16)
        let body = Array("\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits)\(command)0000".utf8) + pack
        let head = [
            "POST /git/state.git/git-receive-pack HTTP/1.1", "Host: 127.0.0.1", "Authorization: Bearer \(token)",
            "Content-Type: application/x-git-receive-pack-request", "Content-Length: \(body.count)",
            "Connection: close", "\r\n",
        ]
        return Array(head.joined(separator: "\r\n").utf8) + body
    }

    /// Sends a push and reads until the connection ends.
    private static func push(_ request: [UInt8], _ port: Int) throws {
        let socket = try LoopbackSocket.connect(port)
        defer { close(socket) }
        _ = send(socket, request, request.count, Int32(MSG_NOSIGNAL))
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while recv(socket, &buffer, buffer.count, 0) > 0 {}
    }
}
