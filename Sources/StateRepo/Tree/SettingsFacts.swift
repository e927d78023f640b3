import Documents

/// What the logic needs from `state/system-settings.json`.
package struct SettingsFacts: Sendable {
    /// A text that looks like a key but is none, as an operator declared it.
    package struct PlainTextException: Hashable, Sendable {
        package let path: String
        package let pointer: String
    }

    package let references: [Reference]
    package let models: [ModelReference]
    package let requiresPrecondition: Bool
    package let additionalToolIDs: Set<String>
    package let sharedVariables: Set<String>
    package let plainTextExceptions: Set<PlainTextException>
    /// `secrets.orphan_retention_hours`, when the file sets it.
    package let orphanRetentionHours: Int?
    package let defaultProvider: String?
    package let fallbackOrder: [String]
    /// `<provider>_default_model`, by provider.
    package let defaultModels: [String: String]
    /// `<provider>_available_models`, by provider; only lists that name something.
    package let availableModels: [String: [String]]
    /// `<provider>_enabled`, by provider.
    package let enabledProviders: [String: Bool]

    /// - Parameter effective: `value` with every default filled in; what is asked for by meaning comes from it, what has
    ///   a place in the file from `value`.
    init(_ value: JSONValue, effective: JSONValue) {
        let providers = effective["providers"]?.objectValue ?? [:]
        self.references = ReferenceTable.settings.references(in: value)
        self.models = ModelReference.all(inSettings: value)
        self.requiresPrecondition = value["review"]?["require_precondition"]?.boolValue ?? false
        self.additionalToolIDs = Set(value["tools"]?["additional_tool_ids"].texts ?? [])
        self.sharedVariables = Set(value["shared_variables"]?.objectValue?.keys ?? [])
        let exceptions = value["security"]?["plain_text_exceptions"]?.arrayValue ?? []
        self.plainTextExceptions = Set(
            exceptions.map {
                PlainTextException(path: $0["path"]?.stringValue ?? "", pointer: $0["pointer"]?.stringValue ?? "")
            }
        )
        self.orphanRetentionHours = value["secrets"]?["orphan_retention_hours"]?.intValue
        self.defaultProvider = providers["default_provider"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        self.fallbackOrder = providers["fallback_order"].texts
        self.defaultModels = Self.fields(of: providers, suffix: "_default_model") { $0.stringValue }
            .filter { !$0.value.isEmpty }
        self.availableModels = Self.fields(of: providers, suffix: "_available_models") { $0.arrayValue?.texts }
            .filter { !$0.value.isEmpty }
        self.enabledProviders = Self.fields(of: providers, suffix: "_enabled") { $0.boolValue }
    }

    private static func fields<Value>(
        of section: JSONObject,
        suffix: String,
        _ read: (JSONValue) -> Value?
    ) -> [String: Value] {
        var result: [String: Value] = [:]
        for member in section where member.key.hasSuffix(suffix) {
            result[String(member.key.dropLast(suffix.count))] = read(member.value)
        }
        return result
    }
}

extension JSONValue? {
    /// The texts of an array; empty when there is none.
    var texts: [String] { self?.arrayValue?.texts ?? [] }
}

extension [JSONValue] {
    var texts: [String] { compactMap(\.stringValue) }
}
