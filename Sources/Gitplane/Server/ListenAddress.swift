import Glibc
import NIOCore
import NIOPosix

/// An address that a server listens on, and why it cannot.
struct ListenAddress {
    let address: BindAddress
    /// The settings that name the address, as a person writes them.
    let setting: String

    /// Listens on all of them for a moment and answers nobody, so that a start that cannot listen ends before it makes anything.
    ///
    /// - Throws: ``CommandFailure``, 69 where somebody else listens, 78 where nobody can; what the system says otherwise.
    static func tryOut(_ addresses: [ListenAddress]) async throws {
        guard let first = addresses.first else { return }
        let channel = try await first.listen()
        do {
            // While this one is held: two that are the same are found, too.
            try await tryOut(Array(addresses.dropFirst()))
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }

    private func listen() async throws -> any Channel {
        do {
            return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.autoRead, value: false)
                .bind(host: address.host, port: address.port).get()
        } catch {
            throw refusal(error) ?? error
        }
    }

    /// `nil` for what does not come from the address.
    func refusal(_ error: any Error) -> CommandFailure? {
        switch error {
        case let error as IOError: refusal(error.errnoCode)
        case is SocketAddressError, is SocketAddressError.UnknownHost:
            CommandFailure(.configuration, "\(address) cannot be found: name another host by \(setting)")
        default: nil
        }
    }

    private func refusal(_ code: CInt) -> CommandFailure? {
        switch code {
        case EADDRINUSE:
            let remedy = "end the program that listens there, or name another port by \(setting)"
            return CommandFailure(.unavailable, "\(address) is in use: \(remedy)")
        case EADDRNOTAVAIL:
            return CommandFailure(.configuration, "\(address) is not on this machine: name another by \(setting)")
        case EACCES:
            let remedy = "name a port from 1024 on by \(setting)"
            return CommandFailure(.configuration, "\(address) may not be used by this user: \(remedy)")
        default: return nil
        }
    }
}

extension ServerConfiguration {
    var apiListener: ListenAddress { ListenAddress(address: address, setting: "--host and --port") }

    /// `nil` when `/metrics` has no address of its own.
    var metricsListener: ListenAddress? {
        metricsAddress.map { ListenAddress(address: $0, setting: "GITPLANE_METRICS_LISTEN") }
    }
}
