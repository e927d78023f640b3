import Catalogue
import Documents
import Providers
import StateRepo

/// A default connection as a write makes it: what was there, with what the body says put over it.
struct ConnectionDraft: Sendable {
    let document: JSONObject
    let secrets: ConnectionSecrets

    private typealias Problem = (pointer: [String], code: String, message: String)

    /// - Parameters:
    ///   - plain: the present plain values; those of another mode do not count.
    ///   - kept: the present secret fields.
    /// - Throws: `request.invalid` with every field that is unknown, does not belong to the mode, is no address, or is
    ///   required and missing.
    init(
        _ body: JSONObject,
        for entry: CatalogueIntegration,
        over plain: [String: String],
        _ kept: ConnectionSecrets
    ) throws {
        let connection = entry.connection
        let mode = body["auth_mode"]?.stringValue ?? connection.authModes.first ?? "none"
        guard connection.authModes.contains(mode) else {
            let known = connection.authModes.joined(separator: ", ")
            throw StateError.fields([(["auth_mode"], "connection.mode", "\(entry.title) has the modes \(known)")])
        }
        let fields = connection.fields(in: mode)
        var (values, secretValues) = (plain, kept.values)
        var problems: [Problem] = []
        var entered: Set<String> = []
        for member in body["fields"]?.objectValue ?? [:] {
            guard let field = fields.first(where: { $0.name == member.key }) else {
                problems.append(Self.unknown(member.key, connection, fields))
                continue
            }
            let value = member.value.stringValue
            if let value, let problem = Self.problem(value, of: field) { problems.append(problem) }
            if field.isSecret {
                secretValues[field.name] = value
                entered.insert(field.name)
            } else {
                values[field.name] = value
            }
        }
        let names = Set(fields.map(\.name))
        values = values.filter { names.contains($0.key) }
        secretValues = secretValues.filter { names.contains($0.key) }
        let origin = connection.origin(authMode: mode, plain: values)
        let carried = Set(secretValues.keys).subtracting(entered)
        if origin != kept.origin, !carried.isEmpty, !entered.isEmpty {
            for name in carried.sorted() {
                let message = "the address is another one: enter this secret again as well, or leave all of them out"
                problems.append((["fields", name], "connection.origin_changed", message))
            }
        }
        problems += Self.missing(fields, values, secretValues)
        guard problems.isEmpty else { throw StateError.fields(problems) }
        // What was not entered again stays bound to the address that it was entered for.
        let bound = entered.isEmpty && !secretValues.isEmpty ? kept.origin : origin
        self.secrets = ConnectionSecrets(values: secretValues, origin: secretValues.isEmpty ? nil : bound)
        var document: JSONObject = ["auth_mode": .string(mode)]
        let ordered = fields.filter { !$0.isSecret }.compactMap { field in
            values[field.name].map { (field.name, JSONValue.string($0)) }
        }
        if !ordered.isEmpty { document["fields"] = .object(JSONObject(ordered)) }
        let secretNames = fields.filter { $0.isSecret && secretValues[$0.name] != nil }
        if !secretNames.isEmpty { document["secrets"] = .array(secretNames.map { .string($0.name) }) }
        self.document = document
    }

    private static func unknown(
        _ name: String,
        _ connection: CatalogueConnection,
        _ fields: [CatalogueField]
    ) -> Problem {
        if connection.field(name) != nil {
            return (["fields", name], "connection.field", "this mode does not use the field")
        }
        // Its name is not repeated: somebody may have made a name of a secret.
        let names = fields.map(\.name)
        let known = names.isEmpty ? "none" : names.joined(separator: ", ")
        let hint = Suggestion.closest(to: name, among: names).map { "did you mean \"\($0)\"?" } ?? "there are \(known)"
        return (["fields"], "object.additional", "a field is not known here: \(hint)")
    }

    private static func problem(_ value: String, of field: CatalogueField) -> Problem? {
        // What goes into a header could become two of them, and RFC 7617 has no controls in a user or a password.
        guard field.type == "multiline" || !value.unicodeScalars.contains(where: \.isControl) else {
            return (["fields", field.name], "string.format", "it has a line break or another control character")
        }
        guard field.type == "url", field.isOrigin else { return nil }
        guard Endpoint(value) == nil || value.contains("?") else { return nil }
        let message = "it is no http or https address, has a user, a query or a fragment, or could be read differently"
        return (["fields", field.name], "string.format", message)
    }

    private static func missing(
        _ fields: [CatalogueField],
        _ values: [String: String],
        _ secrets: [String: String]
    ) -> [Problem] {
        fields.filter { field in
            field.isRequired && (field.isSecret ? secrets[field.name] : values[field.name] ?? field.defaultValue) == nil
        }
        .map { (["fields", $0.name], "object.required", "\($0.title) is required") }
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { properties.generalCategory == .control }
}
