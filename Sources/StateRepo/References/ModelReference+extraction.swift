import Documents

extension ModelReference {
    /// Every model that an agent's definition names together with its provider.
    static func all(inAgent value: JSONValue) -> [ModelReference] {
        guard let policy = value["model_policy"] else {
            return memoryModel(of: value["memory_policy"], in: "memory_policy")
        }
        let place = JSONPointer(tokens: ["model_policy"])
        var found: [ModelReference] = []
        for member in policy["default_models"]?.objectValue ?? [:] {
            found.append(provider: member.key, model: member.value, at: place, "default_models", member.key)
        }
        for provider in policy["tier_models"]?.objectValue ?? [:] {
            for tier in provider.value.objectValue ?? [:] {
                found.append(
                    provider: provider.key,
                    model: tier.value,
                    at: place,
                    "tier_models",
                    provider.key,
                    tier.key
                )
            }
        }
        found += functional(policy["functional_defaults"], at: place.appending("functional_defaults"))
        found.append(pair: policy["effort_override"], at: place.appending("effort_override"))
        return found + memoryModel(of: value["memory_policy"], in: "memory_policy")
    }

    /// Every model that the system settings name together with its provider.
    static func all(inSettings value: JSONValue) -> [ModelReference] {
        let place = JSONPointer(tokens: ["providers"])
        var found: [ModelReference] = []
        for member in value["providers"]?.objectValue ?? [:] {
            for suffix in ["_default_model", "_model_small", "_model_medium", "_model_large"] {
                guard member.key.hasSuffix(suffix) else { continue }
                let provider = String(member.key.dropLast(suffix.count))
                found.append(provider: provider, model: member.value, at: place, member.key)
            }
        }
        let functions = place.appending("functional_defaults")
        found += functional(value["providers"]?["functional_defaults"], at: functions)
        found.append(pair: value["providers"]?["effort_default"], at: place.appending("effort_default"))
        return found + memoryModel(of: value["memory"], in: "memory")
    }

    private static func functional(_ value: JSONValue?, at place: JSONPointer) -> [ModelReference] {
        var found: [ModelReference] = []
        for member in value?.objectValue ?? [:] { found.append(pair: member.value, at: place.appending(member.key)) }
        return found
    }

    private static func memoryModel(of section: JSONValue?, in name: String) -> [ModelReference] {
        guard let provider = section?["extraction_provider"]?.stringValue, !provider.isEmpty else { return [] }
        var found: [ModelReference] = []
        let place = JSONPointer(tokens: [name])
        found.append(provider: provider, model: section?["extraction_model"], at: place, "extraction_model")
        return found
    }
}

extension [ModelReference] {
    fileprivate mutating func append(
        provider: String,
        model: JSONValue?,
        at place: JSONPointer,
        _ tokens: String...
    ) {
        guard let model = model?.stringValue, !model.isEmpty else { return }
        let pointer = JSONPointer(tokens: place.tokens + tokens)
        append(ModelReference(provider: provider, model: model, pointer: pointer))
    }

    fileprivate mutating func append(pair: JSONValue?, at place: JSONPointer) {
        guard let provider = pair?["provider_id"]?.stringValue else { return }
        append(provider: provider, model: pair?["model_id"], at: place, "model_id")
    }
}
