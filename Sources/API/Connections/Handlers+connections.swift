package import Providers
import Reconciler

extension Handlers {
    /// Adds every operation about what can be connected, what is, and whether it works.
    package mutating func registerConnections(_ services: ConnectionServices, _ schedule: HealthSchedule) {
        var handlers = Handlers()
        handlers.registerCatalog(services.state)
        handlers.registerProviders(services)
        handlers.registerDefaults(services)
        let polls = LongPoll(hub: services.state.publisher.watch)
        handlers.wrap { request, handler in try await polls.answer(request, handler) }
        handlers.registerHealth(services, schedule)
        add(handlers)
    }
}
