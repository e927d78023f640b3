import Documents
import Glibc
import NIOCore
import NIOPosix

/// One connection of the gate: a line of JSON each way.
struct GateConnection {
    typealias Channel = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Reads the one message that the other side sends.
    ///
    /// - Throws: ``GateError`` when the stream ends too early, the message is too long or is no JSON.
    static func receive(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> JSONValue {
        var text: [UInt8] = []
        for try await part in inbound {
            let bytes = part.readableBytesView
            guard text.count + bytes.count <= GateLimits.maximumMessageSize else {
                throw GateError(.malformed, "a message of the gate is too long")
            }
            text += bytes
            guard bytes.last == UInt8(ascii: "\n") else { continue }
            return try parse(text)
        }
        throw GateError(.malformed, "the connection ended before the message did")
    }

    static func send(_ message: JSONValue, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws {
        var text = message.compactBytes
        text.append(UInt8(ascii: "\n"))
        try await outbound.write(ByteBuffer(bytes: text))
    }

    private static func parse(_ text: [UInt8]) throws(GateError) -> JSONValue {
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw GateError(.malformed, "a message of the gate is not JSON: \(error.message)")
        }
    }

    /// Runs `body`, and cancels it when it is not done after `deadline`.
    ///
    /// - Throws: ``GateError/Code/timeout``, or what `body` throws.
    static func within<Result: Sendable>(
        _ deadline: Duration,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask(operation: body)
            group.addTask {
                try await Task.sleep(for: deadline)
                throw GateError(.timeout, "there was no answer within \(deadline)")
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }
}

/// Who is at the other end of a Unix domain socket, as the kernel says it (unix(7), `SO_PEERCRED`).
package struct GatePeer: Hashable, Sendable {
    package let userID: UInt32
    /// The name of that user, or `uid-<number>` when the system has none.
    package let user: String
    /// The number of the process at the other end, as this server sees it.
    let processID: Int32

    init(_ channel: any Channel) async throws {
        guard let options = channel as? any SocketOptionProvider else {
            throw GateError(.foreignUser, "the connection does not say who is at its other end")
        }
        let credentials: Credentials = try await options.unsafeGetSocketOption(
            level: SocketOptionLevel(SOL_SOCKET),
            name: SocketOptionName(SO_PEERCRED)
        ).get()
        self.userID = credentials.user
        self.user = Self.name(of: credentials.user) ?? "uid-\(credentials.user)"
        self.processID = credentials.process
    }

    /// `struct ucred`.
    private struct Credentials: Sendable {
        let process: Int32
        let user: UInt32
        let group: UInt32
    }

    private static func name(of user: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.pw_name
        else {
            return nil
        }
        return String(cString: name)
    }

    /// - Throws: ``GateError/Code/foreignUser`` unless the other side runs as the user of this process.
    func demandOwnUser() throws(GateError) {
        guard userID == geteuid() else {
            throw GateError(.foreignUser, "the other end of the gate runs as user \(user)")
        }
    }
}
