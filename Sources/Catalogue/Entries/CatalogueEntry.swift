package import Documents

/// A model or voice provider that agents can name.
package struct CatalogueProvider: Sendable {
    package let id: String
    package let title: String
    package let connection: CatalogueConnection
    package let defaultBaseURL: String?
    /// Models that work without any setting, by tier (`small`, `medium`, `large`).
    package let defaultModels: [String: String]
    /// The whole entry, as its file has it.
    package let entry: JSONValue

    package var authModes: [String] { connection.authModes }
}

extension CatalogueProvider {
    /// The base URL of a connection's document, as the value of the catalogue's field.
    package func plainValues(_ baseURL: String?) -> [String: String] {
        guard let baseURL, let field = connection.fields.first(where: \.isOrigin) else { return [:] }
        return [field.name: baseURL]
    }
}

/// A service that agents can be granted.
package struct CatalogueIntegration: Sendable {
    package let id: String
    package let title: String
    package let connection: CatalogueConnection
    package let entry: JSONValue

    package var authModes: [String] { connection.authModes }
}

/// Something an agent can call.
package struct CatalogueTool: Sendable {
    package let id: String
    package let title: String
    package let category: String
    package let isReadOnly: Bool
    package let entry: JSONValue
}
