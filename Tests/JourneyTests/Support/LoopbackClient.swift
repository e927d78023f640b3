import Documents
import Foundation
import Glibc
import TestSupport

/// An HTTP client for a server on this machine: blocking, with one connection for each request.
struct LoopbackClient: Sendable {
    /// The server went away before the answer was complete.
    struct ConnectionLost: Error {}

    /// How long an answer may take.
    static let patience = Duration.seconds(30)

    let port: UInt16
    /// Sent with every request.
    let token: String

    @discardableResult
    func send(
        _ method: String,
        _ target: String,
        headers: [String: String] = [:],
        body: String? = nil
    ) throws -> HTTPAnswer {
        try begin(method, target, headers: headers, body: body).answer()
    }

    /// The same for a resource of the control plane.
    @discardableResult
    func api(
        _ method: String,
        _ resource: String,
        headers: [String: String] = [:],
        body: String? = nil
    ) throws -> HTTPAnswer {
        try send(method, "/api/control-plane/\(resource)", headers: headers, body: body)
    }

    /// Sends a request and leaves its answer for later.
    func begin(
        _ method: String,
        _ target: String,
        headers: [String: String] = [:],
        body: String? = nil
    ) throws -> PendingAnswer {
        var all = ["Host": "127.0.0.1:\(port)", "Authorization": "Bearer \(token)", "Connection": "close"]
        if let body {
            all["Content-Type"] = "application/json"
            all["Content-Length"] = String(body.utf8.count)
        }
        all.merge(headers) { $1 }
        let lines = ["\(method) \(target) HTTP/1.1"] + all.sorted { $0.key < $1.key }.map { "\($0): \($1)" }
        let pending = PendingAnswer(descriptor: try connect())
        try pending.write(Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")).utf8))
        return pending
    }

    /// Sends the bytes of a push to git's endpoint.
    ///
    /// - Parameter length: of the whole body; when it is more than there is, the rest never comes.
    func beginPush(_ bytes: [UInt8], length: Int? = nil) throws -> PendingAnswer {
        let pending = PendingAnswer(descriptor: try connect())
        let head = [
            "POST /git/state.git/git-receive-pack HTTP/1.1", "Host: 127.0.0.1:\(port)",
            "Authorization: Bearer \(token)", "Connection: close", "Content-Length: \(length ?? bytes.count)",
            "Content-Type: application/x-git-receive-pack-request", "\r\n",
        ]
        try pending.write(Array(head.joined(separator: "\r\n").utf8) + bytes)
        return pending
    }

    /// Opens so many connections at once, and closes them again.
    ///
    /// - Returns: how many of them were made within `limit`, whether or not the server has taken them.
    func openAtOnce(_ count: Int, within limit: Duration) throws -> Int {
        var descriptors: [Int32] = []
        defer { for descriptor in descriptors { close(descriptor) } }
        for _ in 0..<count { descriptors.append(try connect(flags: Int32(SOCK_NONBLOCK.rawValue))) }
        let deadline = ContinuousClock.now + limit
        return descriptors.count { descriptor in
            var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let rest = max(0, Int32((deadline - .now) / .milliseconds(1)))
            return poll(&state, 1, rest) == 1 && state.revents == Int16(POLLOUT)
        }
    }

    private func connect(flags: Int32 = 0) throws -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | flags
        let descriptor = socket(AF_INET, type, 0)
        guard descriptor >= 0 else { throw ConnectionLost() }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, size) == 0 || errno == EINPROGRESS
            }
        }
        guard isConnected else {
            close(descriptor)
            throw ConnectionLost()
        }
        return descriptor
    }
}

/// A request that was sent.
struct PendingAnswer: ~Copyable {
    fileprivate let descriptor: Int32

    deinit { close(descriptor) }

    fileprivate func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw LoopbackClient.ConnectionLost() }
            rest = rest.dropFirst(count)
        }
    }

    /// Whether the answer starts within `limit`; the end of the connection counts as one.
    func begins(within limit: Duration) -> Bool {
        ChildProcess.waitForInput(descriptor, before: .now + limit)
    }

    /// Reads the answer to its end.
    ///
    /// - Throws: ``LoopbackClient/ConnectionLost`` when it is cut short or takes too long.
    consuming func answer() throws -> HTTPAnswer {
        let deadline = ContinuousClock.now + LoopbackClient.patience
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while ChildProcess.waitForInput(descriptor, before: deadline) {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        guard let answer = HTTPAnswer(parsing: bytes) else { throw LoopbackClient.ConnectionLost() }
        return answer
    }
}

/// A complete answer.
struct HTTPAnswer: Sendable, CustomStringConvertible {
    let status: Int
    /// By name in lower case.
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    var description: String { "\(status) \(text.prefix(2_000))" }

    var isSuccess: Bool { (200..<300).contains(status) }

    func json() throws -> JSONValue { try JSONValue(parsing: body) }

    /// The code of an error.
    func code() throws -> String? { try json()["code"]?.stringValue }

    /// `nil` when something is missing.
    init?(parsing bytes: [UInt8]) {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        guard let words = lines.first?.split(separator: " "), words.count > 1, let status = Int(words[1])
        else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = String(value)
        }
        let rest = bytes[end.upperBound...]
        let body =
            headers["transfer-encoding"] == "chunked"
            ? Self.joined(chunks: rest) : Self.prefix(rest, headers["content-length"].flatMap { Int($0) } ?? 0)
        guard let body else { return nil }
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    private static func prefix(_ bytes: ArraySlice<UInt8>, _ count: Int) -> [UInt8]? {
        bytes.count >= count ? Array(bytes.prefix(count)) : nil
    }

    private static func joined(chunks: ArraySlice<UInt8>) -> [UInt8]? {
        var (rest, body) = (chunks, [UInt8]())
        while let end = rest.firstRange(of: [0x0D, 0x0A]) {
            guard let count = Int(String(decoding: rest[..<end.lowerBound], as: UTF8.self), radix: 16) else {
                return nil
            }
            if count == 0 { return body }
            guard let chunk = prefix(rest[end.upperBound...], count) else { return nil }
            body += chunk
            rest = rest[end.upperBound...].dropFirst(count + 2)
        }
        return nil
    }
}
