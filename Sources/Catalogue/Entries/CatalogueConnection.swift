/// What an operator enters to connect with a provider or an integration, and the requests that prove it.
package struct CatalogueConnection: Sendable {
    /// The preferred one first.
    package let authModes: [String]
    /// In the order of a form.
    package let fields: [CatalogueField]
    /// Empty when the server cannot prove a connection.
    package let recipes: [VerificationRecipe]

    package init(authModes: [String], fields: [CatalogueField], recipes: [VerificationRecipe]) {
        self.authModes = authModes
        self.fields = fields
        self.recipes = recipes
    }

    /// The fields that a mode uses.
    package func fields(in authMode: String) -> [CatalogueField] {
        fields.filter { $0.authModes?.contains(authMode) ?? true }
    }

    package func field(_ name: String) -> CatalogueField? { fields.first { $0.name == name } }

    /// The request that proves a connection of this mode; `nil` when none does.
    package func recipe(for authMode: String) -> VerificationRecipe? {
        recipes.first { $0.authModes.contains(authMode) }
    }
}

/// One value an operator enters to connect.
package struct CatalogueField: Sendable {
    /// The key in a connection's fields, and the secret's name when it is one.
    package let name: String
    package let title: String
    package let type: String
    /// Kept in the secrets file, never in the state.
    package let isSecret: Bool
    /// A connection without it is refused, in every mode that uses the field.
    package let isRequired: Bool
    /// The modes that use it; `nil` for all of them.
    package let authModes: [String]?
    /// The host, or part of the host, that the credential is sent to.
    package let isOrigin: Bool
    /// Used when nothing is entered.
    package let defaultValue: String?
}
