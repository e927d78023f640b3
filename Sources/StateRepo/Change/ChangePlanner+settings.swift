import Documents

extension ChangePlanner {
    /// Patches what the settings file sets; `$schema` is not part of that.
    mutating func patchSettings(_ patch: DocumentPatch, _ precondition: Precondition) throws {
        let document = draft.tree.settings
        if let document, document.isBroken { throw StateError.headInvalid(.systemSettings, document.diagnostics) }
        let current = try Self.settingsValues(of: document?.file)
        var result: JSONValue
        if let base = precondition.base {
            let before = try Self.settingsValues(of: settingsFile(at: base))
            var conflicts: [JSONValue] = []
            result = merge(before, current, try before.applying(patch), &conflicts)
            try refuse(conflicts, about: .systemSettings)
            noteMerge(present: before != current)
        } else {
            result = try current.applying(patch)
        }
        var object = try result.patchedObject()
        guard document != nil || !object.isEmpty else { return }
        keepSchemaMember(&object, from: document?.file, "system-settings")
        let schema = context.rules.schemas.systemSettings
        let content = DocumentText.json(.object(object), replacing: document?.file, schema: schema)
        try draft.put([("state/system-settings.json", content)], history)
    }

    /// The settings file as `base` had it; there need not have been one.
    private func settingsFile(at base: CommitID) throws -> StateFile? {
        guard let files = try history.files("state/system-settings.json", base) else {
            throw StateError(
                .revisionNotFound,
                "there is no version \(base) of \(ResourceName.systemSettings) to merge with"
            )
        }
        return files.first
    }

    private static func settingsValues(of file: StateFile?) throws -> JSONValue {
        guard let file, var object = try JSONValue(parsing: file.content).objectValue else { return .object([:]) }
        object["$schema"] = nil
        return .object(object)
    }
}
