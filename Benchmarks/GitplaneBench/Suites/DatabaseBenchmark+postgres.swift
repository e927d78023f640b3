/// Changes beside those of PostgreSQL.
extension DatabaseBenchmark {
    /// How many changes a number of clients makes in all.
    private static let changes = [1: 800, 16: 6_400, 64: 12_800]

    func postgres(_ agents: Int, _ own: Rates) throws -> [Figure] {
        guard let postgres = try PostgresServer(agents: agents) else { return [.notInstalled("PostgreSQL", agents)] }
        var rates = Rates(program: "PostgreSQL", agents: agents)
        do {
            for clients in Self.clients {
                let each = (Self.changes[clients] ?? clients) / clients
                rates.perSecond[clients] = try postgres.changes(clients: clients, agents: agents, each: each)
            }
        } catch {
            try postgres.stop()
            throw error
        }
        try postgres.stop()
        return rates.points + own.ratios(to: rates, "PostgreSQL change")
    }
}
