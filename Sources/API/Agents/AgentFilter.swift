import Documents
import HashTreeCollections
import StateRepo

/// The filters of `GET /agents`; every given one must hold.
struct AgentFilter: Sendable {
    private let search: CaselessSearch?
    private let status: AgentStatus?
    private let isActive: Bool?
    private let labels: [AgentFacts.Label]

    /// - Throws: 400 for a label that is not `key:value`.
    init(_ query: QueryValues) throws {
        self.search = query.text("q").map(CaselessSearch.init)
        self.status = query.text("status").flatMap(AgentStatus.init)
        self.isActive = query.optionalFlag("active")
        self.labels = try query.texts("label").map { text in
            guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
                let message = "A label is written key:value."
                throw ProblemError.parameter("label", in: .query, code: .stringPattern, message)
            }
            return AgentFacts.Label(key: String(text[..<colon]), value: String(text[text.utf8.index(after: colon)...]))
        }
    }

    /// Whether the agent is to be listed; it looks at nothing that needs more than its own document and release.
    func matches(_ id: AgentID, _ facts: AgentFacts, _ release: ReleaseFacts?) -> Bool {
        if let status, status != AgentStatus(release) { return false }
        if let isActive, isActive != (release?.isActive ?? false) { return false }
        return labels.allSatisfy { isPresent($0, in: facts) } && finds(id, facts)
    }

    private func isPresent(_ label: AgentFacts.Label, in facts: AgentFacts) -> Bool {
        facts.labels.contains { $0.key.hasSameBytes(as: label.key) && $0.value.hasSameBytes(as: label.value) }
    }

    private func finds(_ id: AgentID, _ facts: AgentFacts) -> Bool {
        guard let search else { return true }
        return search.isPart(of: id.description) || search.isPart(of: facts.displayName)
            || search.isPart(of: facts.summary ?? "")
            || facts.labels.contains { search.isPart(of: $0.key) || search.isPart(of: $0.value) }
    }
}
