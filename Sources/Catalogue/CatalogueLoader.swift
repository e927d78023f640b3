package import Documents
package import Foundation

/// Reads the catalogue's folders, checking every file against its schema.
package struct CatalogueLoader {
    private let registry: SchemaRegistry

    package init(registry: SchemaRegistry) { self.registry = registry }

    /// Reads `providers/`, `integrations/` and `tools/` below `folder`.
    ///
    /// - Throws: ``CatalogueError`` for the first file that is no JSON, breaks its schema, or is not named after its id.
    package func load(_ folder: URL) throws -> Catalogue {
        try Catalogue(
            providers: entries(folder.appending(path: "providers"), schema: "catalogue-provider").map(provider),
            integrations: entries(folder.appending(path: "integrations"), schema: "catalogue-integration")
                .map(integration),
            tools: entries(folder.appending(path: "tools"), schema: "catalogue-tool").map(tool)
        )
    }

    private func provider(_ entry: JSONValue) -> CatalogueProvider {
        var models: [String: String] = [:]
        for member in entry["default_models"]?.objectValue ?? [:] { models[member.key] = member.value.stringValue }
        return CatalogueProvider(
            id: text("id", of: entry),
            title: text("title", of: entry),
            authModes: authModes(entry),
            defaultBaseURL: entry["default_base_url"]?.stringValue,
            defaultModels: models,
            entry: entry
        )
    }

    private func integration(_ entry: JSONValue) -> CatalogueIntegration {
        CatalogueIntegration(
            id: text("id", of: entry),
            title: text("title", of: entry),
            authModes: authModes(entry),
            entry: entry
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

    private func authModes(_ entry: JSONValue) -> [String] {
        (entry["auth_modes"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    /// A text that the schema requires.
    private func text(_ key: String, of entry: JSONValue) -> String { entry[key]?.stringValue ?? "" }

    private func entries(_ folder: URL, schema name: String) throws -> [JSONValue] {
        let id = "https://gitplane.dev/schemas/\(name).json"
        guard let schema = registry.schema(id: id) else {
            throw CatalogueError(file: folder.lastPathComponent, message: "the schema \(id) is missing", position: nil)
        }
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "json" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { try entry($0, schema: schema) }
    }

    private func entry(_ file: URL, schema: JSONSchema) throws -> JSONValue {
        let place = "\(file.deletingLastPathComponent().lastPathComponent)/\(file.lastPathComponent)"
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: Array(Data(contentsOf: file)))
        } catch let error as JSONSyntaxError {
            throw CatalogueError(file: place, message: error.message, position: error.position)
        }
        if let violation = schema.validate(document.value).first {
            let position = document.position(ofValueAt: violation.pointer)
            throw CatalogueError(file: place, message: violation.message, position: position)
        }
        guard document.value["id"]?.stringValue == file.deletingPathExtension().lastPathComponent else {
            throw CatalogueError(file: place, message: "the id is not the file's name", position: nil)
        }
        return document.value
    }
}
