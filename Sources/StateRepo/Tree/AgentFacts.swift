import Documents

/// What the logic needs from `agent.json`; the rest stays in the file.
package struct AgentFacts: Sendable {
    package let displayName: String
    package let summary: String?
    package let labels: [Label]
    package let hasMission: Bool
    /// The ids of the definition's own `custom_skills`.
    package let customSkills: [String]
    package let references: [Reference]
    package let models: [ModelReference]

    package struct Label: Hashable, Sendable {
        package let key: String
        package let value: String

        package init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    init(_ value: JSONValue) {
        self.displayName = value["display_name"]?.stringValue ?? ""
        self.summary = value["description"]?.stringValue
        self.labels = (value["labels"]?.objectValue ?? [:]).compactMap { member in
            member.value.stringValue.map { Label(key: member.key, value: $0) }
        }
        let mission = value["mission_profile"]?["mission"]?.stringValue ?? ""
        self.hasMission = mission.contains { !$0.isWhitespace }
        self.customSkills = (value["custom_skills"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
        self.references = ReferenceTable.agent.references(in: value)
        self.models = ModelReference.all(inAgent: value)
    }
}
