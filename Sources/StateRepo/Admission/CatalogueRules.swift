import Catalogue
import Documents

/// What a connection's file must have in common with the catalogue.
struct CatalogueRules {
    let catalogue: Catalogue

    func diagnostics(_ id: ProviderID, _ document: Document<ProviderFacts>) -> [Diagnostic] {
        guard let entry = catalogue.provider(id.description) else {
            return [unknown("provider", id.description, document.file, among: catalogue.providers.map(\.id))]
        }
        return mode(document.facts?.authMode, entry.authModes, document.file)
    }

    func diagnostics(_ key: ConnectionKey, _ document: Document<ConnectionFacts>) -> [Diagnostic] {
        guard let entry = catalogue.integration(key.description) else {
            return [unknown("integration", key.description, document.file, among: catalogue.integrations.map(\.id))]
        }
        return mode(document.facts?.authMode, entry.authModes, document.file)
    }

    private func unknown(_ kind: String, _ name: String, _ file: StateFile, among known: [String]) -> Diagnostic {
        let hint = Suggestion.closest(to: name, among: known).map { "did you mean \"\($0)\"?" }
        let message = "the catalogue has no \(kind) \"\(name)\""
        return Diagnostic(.error, "reference.not_found", file: file.path, message, hint: hint)
    }

    private func mode(_ mode: String?, _ modes: [String], _ file: StateFile) -> [Diagnostic] {
        guard let mode, !modes.contains(mode) else { return [] }
        let pointer = JSONPointer(tokens: ["auth_mode"])
        return [
            Diagnostic(
                .error,
                "connection.auth_mode",
                file: file.path,
                pointer: pointer,
                position: file.position(of: pointer),
                "\"\(mode)\" is not a way to connect here",
                hint: "use one of: \(modes.joined(separator: ", "))"
            )
        ]
    }
}
