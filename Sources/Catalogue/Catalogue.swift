/// Every provider, integration and tool that the server knows: data in the package, one file each.
package struct Catalogue: Sendable {
    /// Families of tools whose members are not listed one by one.
    package static let toolFamilies = ["browser_", "mcp_"]

    package let providers: [CatalogueProvider]
    package let integrations: [CatalogueIntegration]
    package let tools: [CatalogueTool]

    private let providersByID: [String: CatalogueProvider]
    private let integrationsByID: [String: CatalogueIntegration]
    private let toolIDs: Set<String>

    /// Takes entries that were checked against their schemas; they are listed by id from here on.
    package init(providers: [CatalogueProvider], integrations: [CatalogueIntegration], tools: [CatalogueTool]) {
        self.providers = providers.sorted { $0.id < $1.id }
        self.integrations = integrations.sorted { $0.id < $1.id }
        self.tools = tools.sorted { $0.id < $1.id }
        self.providersByID = Dictionary(providers.map { ($0.id, $0) }) { first, _ in first }
        self.integrationsByID = Dictionary(integrations.map { ($0.id, $0) }) { first, _ in first }
        self.toolIDs = Set(tools.map(\.id))
    }

    package func provider(_ id: String) -> CatalogueProvider? { providersByID[id] }

    package func integration(_ id: String) -> CatalogueIntegration? { integrationsByID[id] }

    package func hasIntegration(_ id: String) -> Bool { integrationsByID[id] != nil }

    /// Whether `id` is a listed tool, belongs to one of the families, or is a prefix and `*` that some tool matches.
    package func hasTool(_ id: String) -> Bool {
        if id.hasSuffix("*") {
            let prefix = id.dropLast()
            return Self.toolFamilies.contains { prefix.hasPrefix($0) } || tools.contains { $0.id.hasPrefix(prefix) }
        }
        return toolIDs.contains(id) || Self.toolFamilies.contains { id.hasPrefix($0) && id.utf8.count > $0.utf8.count }
    }
}
