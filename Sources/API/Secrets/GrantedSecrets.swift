import Catalogue
import Documents
import HashTreeCollections
import Providers
import Secrets
import StateRepo

/// The secrets that a definition may use, each name once: own ones before granted global ones before the credentials of its
/// providers before those of its granted integrations (contract, section 3).
struct GrantedSecrets: Sendable {
    struct Grant: Sendable {
        let name: String
        let scope: SecretScope
        let entry: SecretEntry
    }

    /// By name.
    let all: [Grant]

    init(_ folder: AgentFolder, in tree: StateTree, _ document: SecretsDocument, _ rules: StateRules) {
        let references = Self.references(folder)
        var grants: [String: Grant] = [:]
        func add(_ scope: SecretScope, _ name: String, _ isGranted: (SecretEntry) -> Bool = { _ in true }) {
            guard grants[name] == nil, let id = SecretName(name).map({ SecretID(scope, $0) }),
                let entry = document.entries[id], isGranted(entry)
            else { return }
            grants[name] = Grant(name: name, scope: scope, entry: entry)
        }
        let own = SecretScope.agent(folder.id.description)
        for id in document.entries.keys where id.scope == own { add(own, id.name.description) }
        for reference in references where reference.target == .secret { add(.global, reference.name, \.isGrantable) }
        for name in Self.providers(folder, references, tree, document, rules) {
            guard let facts = ProviderID(name).flatMap({ tree.providers[$0] })?.facts, let secret = facts.secret,
                let entry = rules.catalogue.provider(name)
            else { continue }
            let plain = entry.plainValues(facts.baseURL)
            let origin = entry.connection.origin(authMode: facts.authMode, plain: plain)
            add(.provider(name), secret) { $0.isFor(origin) }
        }
        for reference in references where Self.isGrant(reference) {
            guard let facts = ConnectionKey(reference.name).flatMap({ tree.connections[$0] })?.facts,
                let entry = rules.catalogue.integration(reference.name)
            else { continue }
            let origin = entry.connection.origin(authMode: facts.authMode, plain: facts.fields)
            for secret in facts.secrets { add(.connection(reference.name), secret) { $0.isFor(origin) } }
        }
        self.all = grants.values.sorted { $0.name < $1.name }
    }

    /// Without those of grants that do not hold.
    private static func references(_ folder: AgentFolder) -> [Reference] {
        let references = folder.facts?.references ?? []
        guard let file = folder.definition?.file else { return references }
        let grants: JSONValue?
        do {
            grants = try JSONValue(parsing: file.content)["resource_access_policy"]?["integration_grants"]
        } catch {
            return []
        }
        let prefix = ["resource_access_policy", "integration_grants"]
        return references.filter { reference in
            let tokens = reference.pointer.tokens
            guard tokens.starts(with: prefix), tokens.count > prefix.count else { return true }
            return grants?[tokens[prefix.count]]?["enabled"]?.boolValue ?? true
        }
    }

    /// Those that the definition names, and the one that it runs with.
    private static func providers(
        _ folder: AgentFolder,
        _ references: [Reference],
        _ tree: StateTree,
        _ document: SecretsDocument,
        _ rules: StateRules
    ) -> [String] {
        let named = references.filter { $0.target == .provider }.map(\.name)
        let review = PublishReview(tree: tree, rules: rules, secrets: SecretInventory(document))
        return named + [review.model(of: folder)?.provider].compactMap { $0 }
    }

    private static func isGrant(_ reference: Reference) -> Bool {
        reference.target == .integration && reference.pointer.tokens.first == "resource_access_policy"
    }
}

extension SecretEntry {
    /// Whether the credential was entered for the place that its connection names now; it goes nowhere else.
    fileprivate func isFor(_ place: String?) -> Bool {
        switch (origin, place) {
        case (let origin?, let place?): origin.utf8.elementsEqual(place.utf8)
        case (nil, nil): true
        case (_?, nil), (nil, _?): false
        }
    }
}
