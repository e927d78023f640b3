import Reconciler

extension Handlers {
    /// Adds every operation that reads or writes state.
    package mutating func registerState(_ services: StateServices) {
        AgentHandlers(services).register(in: &self)
        AgentDocumentHandlers(services: services).register(in: &self)
        registerReleases(services)
        registerSettings(services)
        registerSkills(services)
        registerHistory(services)
        registerOverview(services)
        registerDiff(services)
        registerRevert(services)
        registerApply(services)
        registerAgentHistory(services)
        registerWatch(services)
        registerSecrets(services)
        registerEffective(services)
        let polls = LongPoll(hub: services.publisher.watch)
        wrap { request, handler in try await polls.answer(request, handler) }
    }
}
