import Catalogue
import Documents
import Foundation
import HashTreeCollections
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
        let references = folder.facts?.references ?? []
        var grants: [String: Grant] = [:]
        func add(_ scope: SecretScope, _ name: String, _ isGranted: (SecretEntry) -> Bool = { _ in true }) {
            guard grants[name] == nil, let id = SecretName(name).map({ SecretID(scope, $0) }),
                let entry = document.entries[id], isGranted(entry)
            else { return }
            grants[name] = Grant(name: name, scope: scope, entry: entry)
        }
        let own = SecretScope.agent(folder.id.description)
        if document.orphans[folder.id.description] == nil {
            for id in document.entries.keys where id.scope == own { add(own, id.name.description) }
        }
        for reference in references where reference.target == .secret { add(.global, reference.name, \.isGrantable) }
        for name in Self.providers(folder, references, tree, document, rules) {
            guard let facts = ProviderID(name).flatMap({ tree.providers[$0] })?.facts, let secret = facts.secret else {
                continue
            }
            let origin = Origin(facts.baseURL ?? rules.catalogue.provider(name)?.defaultBaseURL)
            add(.provider(name), secret) { Self.isFor($0, [origin].compactMap { $0 }) }
        }
        for reference in references where Self.isGrant(reference) {
            guard let connection = ConnectionKey(reference.name).flatMap({ tree.connections[$0] }) else { continue }
            let origins = Self.origins(connection.file)
            for secret in connection.facts?.references ?? [] where secret.target == .secret {
                add(.connection(reference.name), secret.name) { Self.isFor($0, origins) }
            }
        }
        self.all = grants.values.sorted { $0.name < $1.name }
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

    /// A credential goes only where it was entered for: when its connection names origins, one of them has to be that.
    private static func isFor(_ entry: SecretEntry, _ origins: [Origin]) -> Bool {
        guard let origin = entry.origin, !origins.isEmpty else { return true }
        return origins.contains { $0.text == Origin(origin)?.text }
    }

    /// The origins of all addresses among the plain fields of a connection.
    private static func origins(_ file: StateFile) -> [Origin] {
        let value: JSONValue
        do { value = try JSONValue(parsing: file.content) } catch { return [] }
        return (value["fields"]?.objectValue ?? [:]).compactMap { Origin($0.value.stringValue) }
    }
}

/// Scheme, host and port of an address.
struct Origin: Sendable {
    let text: String

    /// `nil` for what is no address with a host.
    init?(_ address: String?) {
        guard let url = address.flatMap({ URL(string: $0) }), let scheme = url.scheme?.lowercased(),
            let host = url.host()?.lowercased(), !host.isEmpty
        else { return nil }
        let port = url.port ?? (scheme == "http" ? 80 : 443)
        self.text = "\(scheme)://\(host):\(port)"
    }
}
