package import Documents
package import Foundation

/// Reads the catalogue's folders, checking every file against its schema.
package struct CatalogueLoader {
    private let registry: SchemaRegistry

    package init(registry: SchemaRegistry) { self.registry = registry }

    /// Reads `providers/`, `integrations/` and `tools/` below `folder`.
    ///
    /// - Throws: ``CatalogueError`` for the first file that is no JSON, breaks its schema, is not named after its id, or has
    ///   a recipe that does not go with its fields.
    package func load(_ folder: URL) throws -> Catalogue {
        try Catalogue(
            providers: entries(folder.appending(path: "providers"), schema: "catalogue-provider").map(provider),
            integrations: entries(folder.appending(path: "integrations"), schema: "catalogue-integration")
                .map(integration),
            tools: entries(folder.appending(path: "tools"), schema: "catalogue-tool").map { tool($0.value) }
        )
    }

    private func provider(_ file: EntryFile) throws -> CatalogueProvider {
        let entry = file.value
        var models: [String: String] = [:]
        for member in entry["default_models"]?.objectValue ?? [:] { models[member.key] = member.value.stringValue }
        return CatalogueProvider(
            id: text("id", of: entry),
            title: text("title", of: entry),
            connection: try connection(file),
            defaultBaseURL: entry["default_base_url"]?.stringValue,
            defaultModels: models,
            entry: entry
        )
    }

    private func integration(_ file: EntryFile) throws -> CatalogueIntegration {
        CatalogueIntegration(
            id: text("id", of: file.value),
            title: text("title", of: file.value),
            connection: try connection(file),
            entry: file.value
        )
    }

    private func connection(_ file: EntryFile) throws -> CatalogueConnection {
        let modes = texts("auth_modes", of: file.value) ?? []
        let fields = (file.value["fields"]?.arrayValue ?? []).map(field)
        do {
            let recipes = try RecipeReader(fields: fields, authModes: modes).recipes(file.value["verification"])
            return CatalogueConnection(authModes: modes, fields: fields, recipes: recipes)
        } catch {
            let position = file.document.position(ofValueAt: error.pointer)
            throw CatalogueError(file: file.place, message: error.message, position: position)
        }
    }

    private func field(_ value: JSONValue) -> CatalogueField {
        CatalogueField(
            name: text("name", of: value),
            title: text("title", of: value),
            type: text("type", of: value),
            isSecret: value["secret"]?.boolValue ?? true,
            isRequired: value["required"]?.boolValue ?? true,
            authModes: texts("auth_modes", of: value),
            isOrigin: value["origin"]?.boolValue ?? false,
            defaultValue: value["default"]?.stringValue
        )
    }

    private func tool(_ entry: JSONValue) -> CatalogueTool {
        CatalogueTool(
            id: text("id", of: entry),
            title: text("title", of: entry),
            category: text("category", of: entry),
            isReadOnly: entry["read_only"]?.boolValue ?? false,
            entry: entry
        )
    }

    private func texts(_ key: String, of entry: JSONValue) -> [String]? {
        entry[key]?.arrayValue?.compactMap(\.stringValue)
    }

    /// A text that the schema requires.
    private func text(_ key: String, of entry: JSONValue) -> String { entry[key]?.stringValue ?? "" }

    private func entries(_ folder: URL, schema name: String) throws -> [EntryFile] {
        let id = "https://gitplane.dev/schemas/\(name).json"
        guard let schema = registry.schema(id: id) else {
            throw CatalogueError(file: folder.lastPathComponent, message: "the schema \(id) is missing", position: nil)
        }
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "json" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { try entry($0, schema: schema) }
    }

    private func entry(_ file: URL, schema: JSONSchema) throws -> EntryFile {
        let place = "\(file.deletingLastPathComponent().lastPathComponent)/\(file.lastPathComponent)"
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: Array(Data(contentsOf: file)))
        } catch let error as JSONSyntaxError {
            throw CatalogueError(file: place, message: error.message, position: error.position)
        }
        if let violation = schema.validate(document.value).first {
            let position = document.position(ofValueAt: violation.place)
            throw CatalogueError(file: place, message: violation.message, position: position)
        }
        guard document.value["id"]?.stringValue == file.deletingPathExtension().lastPathComponent else {
            throw CatalogueError(file: place, message: "the id is not the file's name", position: nil)
        }
        return EntryFile(place: place, document: document)
    }
}

/// An entry with the place it was read from.
private struct EntryFile {
    /// Folder and name.
    let place: String
    let document: JSONDocument

    var value: JSONValue { document.value }
}
