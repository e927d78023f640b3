import Catalogue
import Documents
import HashTreeCollections

extension ReferenceReview {
    /// Judges one reference; `nil` when what it names exists.
    func finding(_ reference: Reference, for reader: Reader) -> Finding? {
        let name = reference.name
        switch reference.target {
        case .provider: return providerFinding(name)
        case .integration: return integrationFinding(name)
        case .skill:
            guard !reader.ownSkills.contains(name), SkillID(name).flatMap({ tree.skills[$0] })?.document == nil else {
                return nil
            }
            return unknown("skill", name, among: tree.skills.keys.map(\.description) + reader.ownSkills)
        case .agent:
            guard AgentID(name).flatMap({ tree.agents[$0] })?.definition == nil else { return nil }
            return unknown("agent", name, among: tree.agentIDs.map(\.description))
        case .tool:
            guard !rules.catalogue.hasTool(name), !settings.additionalToolIDs.contains(name) else { return nil }
            return notListed("tool", "reference.tool_unknown", name, among: rules.catalogue.tools.map(\.id))
        case .sharedVariable:
            guard !settings.sharedVariables.contains(name) else { return nil }
            let code = "reference.shared_variable_missing"
            return notListed("shared variable", code, name, among: settings.sharedVariables)
        case .secret:
            guard !reader.names.contains(name) else { return nil }
            return notListed("secret", Self.secretMissing, name, among: reader.names)
        }
    }

    /// The code of a secret that is named and does not exist; it blocks publishing.
    static let secretMissing = "reference.secret_missing"

    private var settings: SettingsFacts { rules.settings(of: tree) }

    private func providerFinding(_ name: String) -> Finding? {
        guard rules.catalogue.provider(name) != nil, let id = ProviderID(name) else {
            return unknown("provider", name, among: rules.catalogue.providers.map(\.id))
        }
        guard !isConnected(id) else { return nil }
        return Finding(
            severity: .warning,
            code: "reference.provider_not_connected",
            message: "the provider \"\(name)\" is not connected",
            hint: "connect it, or name another one"
        )
    }

    private func integrationFinding(_ name: String) -> Finding? {
        guard let entry = rules.catalogue.integration(name), let key = ConnectionKey(name) else {
            return unknown("integration", name, among: rules.catalogue.integrations.map(\.id))
        }
        // What needs no credential works without a connection.
        guard tree.connections[key] == nil, !entry.authModes.allSatisfy({ $0 == "none" }) else { return nil }
        return Finding(
            severity: .warning,
            code: "reference.integration_not_connected",
            message: "the integration \"\(name)\" has no default connection",
            hint: nil
        )
    }

    private func unknown(_ kind: String, _ name: String, among known: [String]) -> Finding {
        Finding(
            severity: .error,
            code: "reference.not_found",
            message: "unknown \(kind) \"\(Self.excerpt(name))\"",
            hint: Suggestion.closest(to: name, among: known.sorted()).map { "did you mean \"\($0)\"?" }
        )
    }

    private func notListed(
        _ kind: String,
        _ code: String,
        _ name: String,
        among known: some Sequence<String>
    ) -> Finding {
        Finding(
            severity: .warning,
            code: code,
            message: "there is no \(kind) \"\(Self.excerpt(name))\"",
            hint: Suggestion.closest(to: name, among: known.sorted()).map { "did you mean \"\($0)\"?" }
        )
    }

    private static func excerpt(_ name: String) -> String { String(name.unicodeScalars.prefix(80)) }

    /// A model is judged only where a list of models is given: the agent's for that provider, else the settings'.
    func finding(_ model: ModelReference, among agentModels: [String: [String]]) -> Finding? {
        let listed = agentModels[model.provider] ?? settings.availableModels[model.provider]
        guard let listed, !listed.contains(where: { $0.hasSameBytes(as: model.model) }) else { return nil }
        return Finding(
            severity: .warning,
            code: "reference.model_not_listed",
            message:
                "the model \"\(Self.excerpt(model.model))\" is not among those of \"\(Self.excerpt(model.provider))\"",
            hint: Suggestion.closest(to: model.model, among: listed).map { "did you mean \"\($0)\"?" }
        )
    }

    /// The models that a definition lists, by provider.
    func listedModels(_ file: StateFile) -> [String: [String]] {
        let value: JSONValue
        do { value = try JSONValue(parsing: file.content) } catch { return [:] }
        var models: [String: [String]] = [:]
        for member in value["model_policy"]?["available_models_by_provider"]?.objectValue ?? [:] {
            models[member.key] = member.value.arrayValue?.texts
        }
        return models
    }
}
