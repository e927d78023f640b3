import Documents

/// Which fields of a kind of document name what: the table of contract, section 9.
///
/// It is read forwards to find what a document names, and backwards (``StateTree/uses(of:)``) to find who names
/// something. A pointer pattern has `*` for each element or member; a trailing `/#` stands for the keys of an object.
struct ReferenceTable: Sendable {
    private struct Rule: Sendable {
        let tokens: [String]
        let target: Reference.Target
    }

    private let rules: [Rule]

    private init(_ rules: [(String, Reference.Target)]) {
        self.rules = rules.map { Rule(tokens: $0.0.split(separator: "/").map(String.init), target: $0.1) }
    }

    static let agent = ReferenceTable([
        ("/model_policy/allowed_providers/*", .provider),
        ("/model_policy/default_provider", .provider),
        ("/model_policy/fallback_order/*", .provider),
        ("/model_policy/available_models_by_provider/#", .provider),
        ("/model_policy/default_models/#", .provider),
        ("/model_policy/tier_models/#", .provider),
        ("/model_policy/functional_defaults/*/provider_id", .provider),
        ("/model_policy/effort_override/provider_id", .provider),
        ("/memory_policy/extraction_provider", .provider),
        ("/tool_policy/allowed_tool_ids/*", .tool),
        ("/execution_policy/rules/*/match/tool_id", .tool),
        ("/skill_policy/enabled_skills/*", .skill),
        ("/skill_policy/disabled_skills/*", .skill),
        ("/delegation_policy/escalate_to", .agent),
        ("/resource_access_policy/integration_grants/#", .integration),
        ("/execution_policy/rules/*/match/integration_id", .integration),
        ("/resource_access_policy/allowed_global_secret_keys/*", .secret),
        ("/resource_access_policy/integration_grants/*/secret_keys/*", .secret),
        ("/resource_access_policy/allowed_shared_env_keys/*", .sharedVariable),
        ("/resource_access_policy/integration_grants/*/shared_env_keys/*", .sharedVariable),
    ])

    static let settings = ReferenceTable([
        ("/providers/default_provider", .provider),
        ("/providers/fallback_order/*", .provider),
        ("/providers/functional_defaults/*/provider_id", .provider),
        ("/providers/effort_default/provider_id", .provider),
        ("/memory/extraction_provider", .provider),
    ])

    static let skill = ReferenceTable([
        ("/requires/*", .skill),
        ("/conflicts/*", .skill),
    ])

    static let provider = ReferenceTable([("/secret", .secret)])

    static let connection = ReferenceTable([("/secrets/*", .secret)])

    /// Everything that `value` names, in the order of the table; empty texts name nothing.
    func references(in value: JSONValue) -> [Reference] {
        var found: [Reference] = []
        for rule in rules {
            Self.walk(value, rule.tokens[...], at: []) { name, tokens, isKey in
                guard !name.isEmpty else { return }
                let pointer = JSONPointer(tokens: tokens)
                found.append(Reference(target: rule.target, name: name, pointer: pointer, isKey: isKey))
            }
        }
        return found
    }

    private static func walk(
        _ value: JSONValue,
        _ pattern: ArraySlice<String>,
        at path: [String],
        _ found: (String, [String], Bool) -> Void
    ) {
        guard let token = pattern.first else {
            if let name = value.stringValue { found(name, path, false) }
            return
        }
        let rest = pattern.dropFirst()
        switch (token, value) {
        case ("#", .object(let object)):
            for key in object.keys { found(key, path + [key], true) }
        case ("*", .object(let object)):
            for member in object { walk(member.value, rest, at: path + [member.key], found) }
        case ("*", .array(let items)):
            for (index, item) in items.enumerated() { walk(item, rest, at: path + [String(index)], found) }
        case (_, .object(let object)):
            if let member = object[token] { walk(member, rest, at: path + [token], found) }
        default: return
        }
    }
}
