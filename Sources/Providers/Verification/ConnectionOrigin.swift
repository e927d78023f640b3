package import Catalogue

extension CatalogueConnection {
    /// Where the credential of a connection is sent, as text that can be compared: scheme, host and port.
    ///
    /// It comes from the recipe of the mode; where there is none, from the values of the fields marked `origin`, so that a
    /// credential that only agents use is bound as well.
    ///
    /// - Returns: `nil` when the connection has no address at all, or one that is none.
    package func origin(authMode: String, plain: [String: String]) -> String? {
        func value(_ name: String) -> String? { plain[name] ?? field(name)?.defaultValue }
        if let recipe = recipe(for: authMode) {
            return recipe.bases.lazy.compactMap { $0.text(value) }.first.flatMap(Endpoint.init)?.origin.text
        }
        let parts = fields(in: authMode).filter { $0.isOrigin }.compactMap { field -> String? in
            guard let text = value(field.name) else { return nil }
            return Endpoint(text)?.origin.text ?? "\(field.name)=\(text)"
        }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }
}
