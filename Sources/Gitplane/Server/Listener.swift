import ServiceLifecycle

/// A service that listens on an address; when it cannot, its failure says where, why and what to do.
struct Listener: Service {
    let place: ListenAddress
    let service: any Service

    /// - Throws: ``CommandFailure`` when the address cannot be listened on, and what the service throws otherwise.
    func run() async throws {
        do {
            try await service.run()
        } catch {
            throw place.refusal(error) ?? error
        }
    }
}
