import Documents
import HashTreeCollections

/// Judges whether what documents name exists (contract, section 9).
///
/// What exists nowhere is an error, refused at every door; what merely is not set up yet is a warning.
package struct ReferenceReview: Sendable {
    let tree: StateTree
    let rules: StateRules
    let secrets: SecretInventory

    package init(tree: StateTree, rules: StateRules, secrets: SecretInventory) {
        self.tree = tree
        self.rules = rules
        self.secrets = secrets
    }

    /// Findings about an agent's definition, the draft's or a pinned one.
    package func diagnostics(of folder: AgentFolder) -> [Diagnostic] {
        guard let definition = folder.definition, let facts = definition.facts else { return [] }
        let reader = Reader(names: secrets.names(for: folder.id), ownSkills: Set(facts.customSkills))
        return diagnostics(definition.file, facts.references, reader, models: facts.models)
    }

    /// Findings about the system settings.
    package func settingsDiagnostics() -> [Diagnostic] {
        guard let document = tree.settings, let facts = document.facts else { return [] }
        return diagnostics(document.file, facts.references, .installation)
    }

    /// Findings about a skill.
    package func diagnostics(of skill: SkillFolder) -> [Diagnostic] {
        guard let document = skill.document, let facts = document.facts else { return [] }
        return diagnostics(document.file, facts.references, .installation)
    }

    /// Findings about how a provider is connected.
    package func diagnostics(of provider: Document<ProviderFacts>, _ id: ProviderID) -> [Diagnostic] {
        let reader = Reader(names: secrets.names(for: .provider(id)))
        return diagnostics(provider.file, provider.facts?.references ?? [], reader) + moved(provider, id)
    }

    /// Findings about the default connection of an integration.
    package func diagnostics(of connection: Document<ConnectionFacts>, _ key: ConnectionKey) -> [Diagnostic] {
        let names = secrets.names(for: .connectionDefault(key))
        let reader = Reader(names: names)
        return diagnostics(connection.file, connection.facts?.references ?? [], reader) + moved(connection, key)
    }

    private func diagnostics(
        _ file: StateFile,
        _ references: [Reference],
        _ reader: Reader,
        models: [ModelReference] = []
    ) -> [Diagnostic] {
        var findings = references.compactMap { reference in
            finding(reference, for: reader).map { Located($0, reference.pointer, isKey: reference.isKey) }
        }
        if !models.isEmpty {
            let listed = listedModels(file)
            findings += models.compactMap { model in
                finding(model, among: listed).map { Located($0, model.pointer, isKey: false) }
            }
        }
        guard !findings.isEmpty else { return [] }
        let places = DocumentPlaces(file)
        return findings.map { located in
            Diagnostic(
                located.finding.severity,
                located.finding.code,
                file: file.path,
                pointer: located.pointer,
                position: places.position(located.pointer, isKey: located.isKey),
                located.finding.message,
                hint: located.finding.hint
            )
        }
    }

    /// Whether `state/providers/<id>.json` exists and the secret that it names does too.
    package func isConnected(_ id: ProviderID) -> Bool {
        guard let facts = tree.providers[id]?.facts else { return false }
        return facts.secret.map { secrets.names(for: .provider(id)).contains($0) } ?? true
    }
}

extension ReferenceReview {
    /// What is wrong with one reference.
    struct Finding {
        let severity: Diagnostic.Severity
        let code: String
        let message: String
        let hint: String?
    }

    /// Whose document names something.
    struct Reader {
        /// The secrets that it may name.
        var names: Set<String> = []
        /// The ids of the definition's own skills.
        var ownSkills: Set<String> = []

        /// Settings and skills, which name no secrets.
        static let installation = Reader()
    }

    /// A finding and the place that it is about.
    private struct Located {
        let finding: Finding
        let pointer: JSONPointer
        let isKey: Bool

        init(_ finding: Finding, _ pointer: JSONPointer, isKey: Bool) {
            self.finding = finding
            self.pointer = pointer
            self.isKey = isKey
        }
    }
}
