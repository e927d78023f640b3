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
        let own = Set(facts.customSkills)
        let findings = facts.references.compactMap { reference in
            finding(reference, own: own, agent: folder.id).map { ($0, reference) }
        }
        let models = facts.models.compactMap { model in finding(model, inAgent: definition.file).map { ($0, model) } }
        guard !findings.isEmpty || !models.isEmpty else { return [] }
        let places = Places(definition.file)
        return findings.map { diagnostic($0.0, definition.file, places, $0.1.pointer, isKey: $0.1.isKey) }
            + models.map { diagnostic($0.0, definition.file, places, $0.1.pointer, isKey: false) }
    }

    /// Findings about the system settings.
    package func settingsDiagnostics() -> [Diagnostic] {
        guard let document = tree.settings, let facts = document.facts else { return [] }
        let findings = facts.references.compactMap { reference in
            finding(reference, own: [], agent: nil).map { ($0, reference) }
        }
        guard !findings.isEmpty else { return [] }
        let places = Places(document.file)
        return findings.map { diagnostic($0.0, document.file, places, $0.1.pointer, isKey: $0.1.isKey) }
    }

    /// Findings about a skill.
    package func diagnostics(of skill: SkillFolder) -> [Diagnostic] {
        guard let document = skill.document, let facts = document.facts else { return [] }
        let findings = facts.references.compactMap { reference in
            finding(reference, own: [], agent: nil).map { ($0, reference) }
        }
        guard !findings.isEmpty else { return [] }
        let places = Places(document.file)
        return findings.map { diagnostic($0.0, document.file, places, $0.1.pointer, isKey: false) }
    }

    /// Whether `state/providers/<id>.json` exists and the secret that it names does too.
    package func isConnected(_ id: ProviderID) -> Bool {
        guard let facts = tree.providers[id]?.facts else { return false }
        return facts.secret.map { secrets.shared.contains($0) } ?? true
    }

    private func diagnostic(
        _ finding: Finding,
        _ file: StateFile,
        _ places: Places,
        _ pointer: JSONPointer,
        isKey: Bool
    ) -> Diagnostic {
        Diagnostic(
            finding.severity,
            finding.code,
            file: file.path,
            pointer: pointer,
            position: places.position(pointer, isKey: isKey),
            finding.message,
            hint: finding.hint
        )
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

    /// Looks places up in a document's text, which is parsed once and only when something was found.
    private struct Places {
        private enum Source {
            case json(JSONDocument)
            case markdown(FrontMatter)
            case none
        }

        private let source: Source

        init(_ file: StateFile) {
            if file.path.hasSuffix(".md") {
                do { self.source = .markdown(try FrontMatter(parsing: file.content)) } catch { self.source = .none }
            } else {
                do { self.source = .json(try JSONDocument(parsing: file.content)) } catch { self.source = .none }
            }
        }

        func position(_ pointer: JSONPointer, isKey: Bool) -> SourcePosition? {
            switch source {
            case .json(let document):
                isKey ? document.position(ofKeyAt: pointer) : document.position(ofValueAt: pointer)
            case .markdown(let matter): matter.position(of: pointer)
            case .none: nil
            }
        }
    }
}
