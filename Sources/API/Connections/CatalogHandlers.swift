import Catalogue
import Documents
import StateRepo

extension Handlers {
    /// Adds `/connections/catalog`.
    mutating func registerCatalog(_ services: StateServices) {
        let catalog = CatalogHandlers(services: services)
        register("listConnectionCatalog") { try await catalog.list($0) }
    }
}

/// `/connections/catalog`: everything that can be connected, providers and integrations together, by key.
struct CatalogHandlers: Sendable {
    private static let members = [
        "title", "description", "category", "auth_modes", "fields", "verifiable", "documentation_url",
    ]
    private static let fieldMembers = [
        "name", "title", "description", "type", "secret", "required", "auth_modes", "default", "help_url",
    ]

    let services: StateServices
    private let items: [Item]

    private struct Item {
        /// Keys of both kinds are unique together; the kind decides all the same, should that change.
        let position: String
        let json: JSONObject
    }

    init(services: StateServices) {
        self.services = services
        let catalogue = services.rules.catalogue
        let entries = catalogue.providers.map { ($0.id, $0.entry) } + catalogue.integrations.map { ($0.id, $0.entry) }
        self.items = entries.map { id, entry in
            var json: JSONObject = ["key": .string(id)]
            json["kind"] = entry["kind"]
            for member in Self.members { json[member] = entry[member] }
            json["fields"] = .array((entry["fields"]?.arrayValue ?? []).map(Self.field))
            return Item(position: "\(id) \(entry["kind"]?.stringValue ?? "")", json: json)
        }
        .sorted { $0.position < $1.position }
    }

    fileprivate func list(_ request: OperationRequest) async throws -> OperationResponse {
        let cursor = try services.cursors.open(request)
        let view = try await services.listView(request, cursor)
        let (kind, category) = (request.query.text("kind"), request.query.text("category"))
        let search = request.query.text("q")?.lowercased()
        var page = ListPage(request)
        var last = cursor?.position ?? ""
        for item in items where item.position > last {
            guard kind.map({ item.json["kind"] == .string($0) }) ?? true,
                category.map({ item.json["category"] == .string($0) }) ?? true,
                search.map({ Self.matches(item.json, $0) }) ?? true
            else { continue }
            guard page.add(.object(item.json), after: last) else { break }
            last = item.position
        }
        return try page.answer(request, view, services.cursors)
    }

    private static func matches(_ json: JSONObject, _ text: String) -> Bool {
        ["key", "title", "description"].contains { json[$0]?.stringValue?.lowercased().contains(text) ?? false }
    }

    private static func field(_ value: JSONValue) -> JSONValue {
        var field = JSONObject()
        for member in fieldMembers { field[member] = value[member] }
        return .object(field)
    }
}
