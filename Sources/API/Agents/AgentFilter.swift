import Documents
import StateRepo

/// The filters of `GET /agents`; every given one must hold.
struct AgentFilter: Sendable {
    private let text: String?
    private let status: String?
    private let isActive: Bool?
    private let labels: [AgentFacts.Label]

    /// - Throws: 400 for a label that is not `key:value`.
    init(_ query: QueryValues) throws {
        self.text = query.text("q")?.lowercased()
        self.status = query.text("status")
        self.isActive = query.optionalFlag("active")
        self.labels = try query.texts("label").map { text in
            guard let colon = text.firstIndex(of: ":") else {
                let message = "A label is written key:value."
                throw ProblemError.parameter("label", in: .query, code: .stringPattern, message)
            }
            return AgentFacts.Label(key: String(text[..<colon]), value: String(text[text.index(after: colon)...]))
        }
    }

    func matches(_ agent: AgentSummary) -> Bool {
        if let status, status != agent.status { return false }
        if let isActive, isActive != agent.isActive { return false }
        guard labels.allSatisfy(agent.facts.labels.contains) else { return false }
        guard let text else { return true }
        let fields = [agent.id.description, agent.facts.displayName, agent.facts.summary ?? ""]
        return (fields + agent.facts.labels.flatMap { [$0.key, $0.value] }).contains { $0.lowercased().contains(text) }
    }
}
