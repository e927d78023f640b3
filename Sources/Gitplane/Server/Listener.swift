import Glibc
import NIOCore
import ServiceLifecycle

/// A service that listens on an address; when it cannot, its failure says where, why and what to do.
struct Listener: Service {
    let address: BindAddress
    /// The settings that name the address, as a person writes them.
    let setting: String
    let service: any Service

    /// - Throws: ``CommandFailure`` when the address cannot be listened on, and what the service throws otherwise.
    func run() async throws {
        do {
            try await service.run()
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
