import Catalogue
import Documents
import Providers
import StateRepo

/// A provider that a request names.
struct NamedProvider: Sendable {
    let id: ProviderID
    let entry: CatalogueProvider

    var document: MetadataDocument { .provider(id) }
}

/// A provider's connection as a write makes it.
struct ProviderDraft: Sendable {
    let document: JSONObject
    let secrets: ConnectionSecrets
    /// For proving it before it is kept.
    let values: ConnectionValues

    /// - Throws: ``ProblemError`` for a provider that takes no key.
    init(key: String, baseURL: String?, for named: NamedProvider) throws {
        guard let field = named.entry.secretField else {
            throw StateError.fields([(["api_key"], "connection.mode", "\(named.entry.title) takes no key")])
        }
        var document: JSONObject = ["auth_mode": "api_key"]
        document["base_url"] = baseURL.map(JSONValue.string)
        document["secret"] = .string(field.name)
        let plain = named.entry.plainValues(baseURL)
        let origin = named.entry.connection.origin(authMode: "api_key", plain: plain)
        self.document = document
        self.secrets = ConnectionSecrets(values: [field.name: key], origin: origin)
        self.values = ConnectionValues(named.entry.connection, authMode: "api_key", plain: plain, secrets: secrets)
    }

    /// - Throws: ``StateError`` for a provider that has no local mode, and without an address.
    init(localAt baseURL: String?, for named: NamedProvider) throws {
        guard named.entry.authModes.contains("local") else {
            throw StateError.fields([([], "connection.mode", "\(named.entry.title) has no local mode: it takes a key")])
        }
        guard let baseURL else { throw StateError.fields([(["base_url"], "object.required", "it is required")]) }
        self.document = ["auth_mode": "local", "base_url": .string(baseURL)]
        self.secrets = .none
        self.values = ConnectionValues(
            named.entry.connection,
            authMode: "local",
            plain: named.entry.plainValues(baseURL),
            secrets: .none
        )
    }
}

extension ConnectionServices {
    /// - Throws: ``ProblemError`` `provider.not_found`.
    func provider(_ text: String) throws -> NamedProvider {
        if let id = ProviderID(text), let entry = catalogue.provider(text) {
            return NamedProvider(id: id, entry: entry)
        }
        let hint = Suggestion.closest(to: text, among: catalogue.providers.map(\.id)).map { ": did you mean “\($0)”?" }
        throw ProblemError(.providerNotFound, "There is no provider “\(text.prefix(80))”\(hint ?? ".")")
    }

    /// The base URL of a body; `nil` when there is none.
    func baseURL(_ body: JSONObject) throws -> String? {
        guard let text = body["base_url"]?.stringValue else { return nil }
        guard Endpoint(text) != nil, !text.contains("?") else {
            let message =
                "it is no http or https address, has a user, a query or a fragment, or could be read differently"
            throw StateError.fields([(["base_url"], "string.format", message)])
        }
        return text
    }
}
