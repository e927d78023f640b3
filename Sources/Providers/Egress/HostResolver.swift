import Glibc
import NIOCore
package import NIOPosix
import Synchronization

/// Finds the addresses of a host.
package protocol HostResolver: Sendable {
    /// Every address, the preferred one first; empty when the host has none.
    func addresses(of host: String) async throws -> [EndpointAddress]
}

/// The resolver of the operating system, asked on threads of its own because it blocks.
package struct SystemResolver: HostResolver {
    /// How many questions are asked at once.
    package static let maximumThreads = 4

    private let threads: NIOThreadPool

    /// - Parameter threads: a running pool that nobody else waits for.
    package init(threads: NIOThreadPool) { self.threads = threads }

    package func addresses(of host: String) async throws -> [EndpointAddress] {
        let answer = Answer()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard answer.isAwaited(by: continuation) else { return }
                // A question that nobody waits for any more still holds its thread until the system gives up.
                threads.submit { state in
                    guard case .active = state else { return answer.give(.failure(CancellationError())) }
                    guard answer.isAwaited else { return }
                    answer.give(.success(Self.ask(host)))
                }
            }
        } onCancel: {
            answer.give(.failure(CancellationError()))
        }
    }

    private static func ask(_ host: String) -> [EndpointAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [EndpointAddress] = []
        var next = list
        while let entry = next?.pointee {
            if let address = address(entry), !addresses.contains(address) { addresses.append(address) }
            next = entry.ai_next
        }
        return addresses
    }

    private static func address(_ entry: addrinfo) -> EndpointAddress? {
        guard let pointer = entry.ai_addr else { return nil }
        switch entry.ai_family {
        case AF_INET:
            return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                EndpointAddress(SocketAddress($0.pointee))
            }
        case AF_INET6:
            return pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                EndpointAddress(SocketAddress($0.pointee))
            }
        default: return nil
        }
    }
}

/// An answer that is given once, to somebody who may have left.
private final class Answer: Sendable {
    private enum State {
        case unasked
        case awaited(CheckedContinuation<[EndpointAddress], any Error>)
        case given
    }

    private let state = Mutex(State.unasked)

    var isAwaited: Bool {
        state.withLock { state in
            if case .awaited = state { true } else { false }
        }
    }

    /// `false` when there is an answer already; the continuation has then got it.
    func isAwaited(by continuation: CheckedContinuation<[EndpointAddress], any Error>) -> Bool {
        let isAwaited = state.withLock { state in
            guard case .unasked = state else { return false }
            state = .awaited(continuation)
            return true
        }
        if !isAwaited { continuation.resume(throwing: CancellationError()) }
        return isAwaited
    }

    func give(_ result: Result<[EndpointAddress], any Error>) {
        let continuation = state.withLock { state -> CheckedContinuation<[EndpointAddress], any Error>? in
            defer { state = .given }
            guard case .awaited(let continuation) = state else { return nil }
            return continuation
        }
        continuation?.resume(with: result)
    }
}
