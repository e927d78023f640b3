package import Documents

/// What is live: the content of `state/releases/<id>.json`.
package struct ReleaseFacts: Hashable, Sendable {
    package let version: Int
    /// The tree of the definition folder that runs.
    package let definition: TreeID
    package let isActive: Bool

    package init(version: Int, definition: TreeID, isActive: Bool) {
        self.version = version
        self.definition = definition
        self.isActive = isActive
    }

    /// Reads the content of a release file; `nil` when it does not fit the schema.
    package init?(_ value: JSONValue) {
        guard let version = value["version"]?.intValue, let active = value["active"]?.boolValue,
            let definition = value["definition"]?.stringValue.flatMap({ TreeID($0) })
        else { return nil }
        self.init(version: version, definition: definition, isActive: active)
    }
}

extension ReleaseFacts {
    /// Reads a release file as some commit has it; `nil` when it is broken.
    package init?(parsing file: StateFile) {
        do { self.init(try JSONValue(parsing: file.content)) } catch { return nil }
    }
}

/// How a provider is connected: `state/providers/<id>.json`.
package struct ProviderFacts: Hashable, Sendable {
    package let authMode: String
    /// The secret that holds the credential; `nil` for a local connection.
    package let secret: String?
    package let baseURL: String?
    package let references: [Reference]

    init(_ value: JSONValue) {
        self.authMode = value["auth_mode"]?.stringValue ?? ""
        self.secret = value["secret"]?.stringValue
        self.baseURL = value["base_url"]?.stringValue
        self.references = ReferenceTable.provider.references(in: value)
    }
}

/// The default connection of an integration: `state/connections/defaults/<key>.json`.
package struct ConnectionFacts: Hashable, Sendable {
    package let authMode: String
    /// Plain values by the names of the catalogue's fields.
    package let fields: [String: String]
    /// The names of the secret fields that the connection has.
    package let secrets: [String]
    package let references: [Reference]

    init(_ value: JSONValue) {
        self.authMode = value["auth_mode"]?.stringValue ?? ""
        let fields = (value["fields"]?.objectValue ?? [:]).compactMap { member in
            member.value.stringValue.map { (member.key, $0) }
        }
        self.fields = Dictionary(fields) { first, _ in first }
        self.secrets = (value["secrets"]?.arrayValue ?? []).compactMap(\.stringValue)
        self.references = ReferenceTable.connection.references(in: value)
    }
}

/// The front matter of a skill, as far as the logic needs it.
package struct SkillFacts: Sendable {
    package let name: String
    package let summary: String
    package let category: String
    package let tags: [String]
    package let aliases: [String]
    /// Skills that it does not work without.
    package let requires: [String]
    /// Skills that it does not work with.
    package let conflicts: [String]
    package let references: [Reference]

    init(_ value: JSONValue) {
        func texts(_ key: String) -> [String] { (value[key]?.arrayValue ?? []).compactMap(\.stringValue) }
        self.name = value["name"]?.stringValue ?? ""
        self.summary = value["description"]?.stringValue ?? ""
        self.category = value["category"]?.stringValue ?? "general"
        self.tags = texts("tags")
        self.aliases = texts("aliases")
        self.requires = texts("requires")
        self.conflicts = texts("conflicts")
        self.references = ReferenceTable.skill.references(in: value)
    }
}
