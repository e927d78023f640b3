import Documents

/// Makes recipes of what a catalogue entry says; its schema was checked before.
struct RecipeReader {
    /// What the schema cannot see.
    struct Fault: Error {
        let message: String
        let pointer: JSONPointer
    }

    let fields: [CatalogueField]
    let authModes: [String]

    /// - Throws: ``Fault`` for a template that names no field of the entry, for an address that depends on a field that
    ///   is not marked `origin`, and for a mode that the entry does not have.
    func recipes(_ value: JSONValue?) throws(Fault) -> [VerificationRecipe] {
        var recipes: [VerificationRecipe] = []
        for (index, item) in (value?.arrayValue ?? []).enumerated() {
            let place = JSONPointer(tokens: ["verification", String(index)])
            let recipe = try recipe(item, at: place)
            try check(recipe, at: place)
            recipes.append(recipe)
        }
        return recipes
    }

    private func check(_ recipe: VerificationRecipe, at place: JSONPointer) throws(Fault) {
        for mode in recipe.authModes where !authModes.contains(mode) {
            throw Fault(message: "the entry has no mode \"\(mode)\"", pointer: place.appending("auth_modes"))
        }
        for name in recipe.fields where !fields.contains(where: { $0.name == name }) {
            throw Fault(message: "the entry has no field \"\(name)\"", pointer: place)
        }
        for name in recipe.bases.flatMap(\.fields) where !fields.contains(where: { $0.name == name && $0.isOrigin }) {
            throw Fault(message: "the field \"\(name)\" is not marked origin", pointer: place.appending("base"))
        }
    }

    private func recipe(_ value: JSONValue, at place: JSONPointer) throws(Fault) -> VerificationRecipe {
        VerificationRecipe(
            authModes: texts(value["auth_modes"]),
            bases: try bases(value["base"], at: place.appending("base")),
            path: value["path"]?.stringValue ?? "/",
            method: value["method"]?.stringValue.flatMap(VerificationRecipe.Method.init) ?? .get,
            headers: try templates(value["headers"], at: place.appending("headers")),
            credential: try credential(value["credential"] ?? [:], at: place.appending("credential")),
            body: try body(value, at: place),
            success: success(value["success"]),
            rejected: statuses(value["rejected"], default: [401, 403]),
            models: models(value["models"]),
            account: texts(value["account"]).compactMap { JSONPointer($0) }
        )
    }

    private func bases(_ value: JSONValue?, at place: JSONPointer) throws(Fault) -> [FieldTemplate] {
        var bases: [FieldTemplate] = []
        for text in texts(value) { bases.append(try template(text, at: place)) }
        return bases
    }

    private func credential(
        _ value: JSONValue,
        at place: JSONPointer
    ) throws(Fault) -> VerificationRecipe.Credential {
        func member(_ name: String) throws(Fault) -> FieldTemplate {
            try template(value[name]?.stringValue ?? "", at: place.appending(name))
        }
        switch value["kind"]?.stringValue {
        case "header": return .header(name: value["name"]?.stringValue ?? "", value: try member("value"))
        case "bearer": return .bearer(token: try member("token"))
        case "basic": return .basic(user: try member("user"), password: try member("password"))
        case "aws_sigv4":
            let keys = VerificationRecipe.AWSCredential(
                service: value["service"]?.stringValue ?? "",
                region: try member("region"),
                accessKeyID: try member("access_key_id"),
                secretAccessKey: try member("secret_access_key"),
                sessionToken: value["session_token"] == nil ? nil : try member("session_token")
            )
            return .awsSignature(keys)
        case "google_service_account":
            return .googleServiceAccount(
                key: try member("key"),
                audience: value["audience"]?.stringValue ?? "",
                scope: value["scope"]?.stringValue ?? ""
            )
        default: return .none
        }
    }

    private func body(_ value: JSONValue, at place: JSONPointer) throws(Fault) -> VerificationRecipe.Body {
        if let json = value["json"] { return .json(json) }
        guard let form = value["form"] else { return .none }
        return .form(try templates(form, at: place.appending("form")))
    }

    private func success(_ value: JSONValue?) -> VerificationRecipe.Success {
        VerificationRecipe.Success(
            statuses: statuses(value?["statuses"], default: [200]),
            pointer: value?["pointer"]?.stringValue.flatMap { JSONPointer($0) },
            expected: value?["equals"]
        )
    }

    private func models(_ value: JSONValue?) -> VerificationRecipe.Models? {
        guard let value, let items = value["items"]?.stringValue.flatMap({ JSONPointer($0) }),
            let id = value["id"]?.stringValue.flatMap({ JSONPointer($0) })
        else { return nil }
        return VerificationRecipe.Models(items: items, id: id, prefix: value["prefix"]?.stringValue)
    }

    private func templates(
        _ value: JSONValue?,
        at place: JSONPointer
    ) throws(Fault) -> [(name: String, value: FieldTemplate)] {
        var templates: [(name: String, value: FieldTemplate)] = []
        for member in value?.objectValue ?? [:] {
            let text = member.value.stringValue ?? ""
            templates.append((member.key, try template(text, at: place.appending(member.key))))
        }
        return templates
    }

    private func template(_ text: String, at place: JSONPointer) throws(Fault) -> FieldTemplate {
        guard let template = FieldTemplate(text) else {
            throw Fault(message: "a place for a field is written ${NAME}", pointer: place)
        }
        return template
    }

    private func texts(_ value: JSONValue?) -> [String] { (value?.arrayValue ?? []).compactMap(\.stringValue) }

    private func statuses(_ value: JSONValue?, default defaults: Set<Int>) -> Set<Int> {
        value?.arrayValue.map { Set($0.compactMap(\.intValue)) } ?? defaults
    }
}
