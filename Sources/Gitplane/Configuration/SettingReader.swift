import Documents
import StateRepo

/// A checked value of a setting, and where it was given.
struct SettingValue {
    let value: JSONValue
    let place: String
}

/// Finds the value of one setting: flag, else variable, else file, else the schema's default.
struct SettingReader {
    let flags: ServerFlags
    let environment: [String: String]
    /// `nil` when there is no file, or none that can be read.
    let file: ConfigurationFile.Content?
    let schemas: SchemaRegistry

    /// Checks what each place says and returns what wins; `nil` when that is wrong or nothing says anything.
    func value(of setting: ServerSetting, _ problems: inout [ConfigurationProblem]) -> SettingValue? {
        let pointer = JSONPointer(tokens: ["properties", setting.key])
        guard let schema = schemas.schema(StateSchemas.address("server"), at: pointer) else {
            problems.append(ConfigurationProblem(place: setting.key, message: "schemas/server.json does not know it"))
            return nil
        }
        let given = [
            (setting.flag, flags.text(setting)), (setting.variable, setting.variable.flatMap { environment[$0] }),
        ]
        var winner: SettingValue?
        var isWrong = false
        for case (let place?, let text?) in given {
            let value = Self.value(text, as: setting.type)
            let violations = schema.validate(value)
            problems += violations.map { ConfigurationProblem(place: place, message: $0.message) }
            if winner == nil, !isWrong {
                isWrong = !violations.isEmpty
                winner = isWrong ? nil : SettingValue(value: value, place: place)
            }
        }
        guard winner == nil, !isWrong else { return winner }
        if let file, let value = file.document.value[setting.key] {
            return SettingValue(value: value, place: file.place(of: setting.key))
        }
        return schema.defaultValue.map { SettingValue(value: $0, place: setting.flag ?? setting.key) }
    }

    /// Text as the type that is wanted; what does not read as that stays text, for the schema to refuse.
    private static func value(_ text: String, as type: ServerSetting.ValueType) -> JSONValue {
        switch type {
        case .string: .string(text)
        case .boolean: .bool(text == "true")
        case .list: .array(items(text).map(JSONValue.string))
        case .rates: rates(text)
        case .integer:
            if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) {
                JSONValue(number)
            } else {
                .string(text)
            }
        }
    }

    private static func items(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map { item in
            String(String(item.drop { $0 == " " }).reversed().drop { $0 == " " }.reversed())
        }
    }

    private static func rates(_ text: String) -> JSONValue {
        var rates = JSONObject()
        for item in items(text) {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, rates[String(parts[0])] == nil else { return .string(text) }
            rates[String(parts[0])] = .string(String(parts[1]))
        }
        return .object(rates)
    }
}
