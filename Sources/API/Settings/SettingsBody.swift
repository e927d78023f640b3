import Documents
import HashTreeCollections
import StateRepo

/// The body of `/system-settings`: what the file sets, the result with defaults, and where each value comes from.
struct SettingsBody: Sendable {
    let tag: ResourceTag
    /// In the contract's order, without `diff`.
    let json: JSONObject

    init(_ snapshot: StateSnapshot, schema: JSONSchema) throws(StateError) {
        guard let tag = ResourceTag(of: .systemSettings, in: snapshot) else {
            throw StateError.notFound(.systemSettings)
        }
        let values = Self.values(snapshot.serving.settings?.file)
        let effective = schema.applyingDefaults(to: values)
        var json: JSONObject = ["values": values, "effective": effective]
        json["sources"] = Self.sources(of: effective, in: values)
        json.add(snapshot.lastChanges[.systemSettings])
        json["etag"] = .string(tag.description)
        self.tag = tag
        self.json = json
    }

    /// The body with what is shown only when asked for; all of it comes from the tree, for any revision.
    func including(
        _ parts: [String],
        _ snapshot: StateSnapshot,
        _ rules: StateRules,
        _ secrets: SecretInventory
    ) -> JSONObject {
        var body = json
        if parts.contains("used_by") { body["used_by"] = .array(snapshot.serving.settingUses.map(\.json)) }
        if parts.contains("diagnostics") {
            let review = ReferenceReview(tree: snapshot.serving, rules: rules, secrets: secrets)
            let findings = (snapshot.head.settings?.diagnostics ?? []) + review.settingsDiagnostics()
            body["diagnostics"] = .array(snapshot.noting(findings).map(\.json))
        }
        return body
    }

    /// What the file sets; `$schema` is for editors and sets nothing.
    private static func values(_ file: StateFile?) -> JSONValue {
        guard let file else { return [:] }
        do {
            guard var object = try JSONValue(parsing: file.content).objectValue else { return [:] }
            object["$schema"] = nil
            return .object(object)
        } catch {
            // What is served has been read before.
            return [:]
        }
    }

    /// `file` or `default` for every value that is no object; an array is one value.
    private static func sources(of effective: JSONValue, in values: JSONValue?) -> JSONValue {
        guard case .object(let members) = effective else { return values == nil ? "default" : "file" }
        return .object(
            JSONObject(members.map { ($0.key, sources(of: $0.value, in: values?[$0.key])) })
        )
    }
}
