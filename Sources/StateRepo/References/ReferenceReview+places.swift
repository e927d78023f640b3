import Catalogue
import Documents

extension ReferenceReview {
    /// Whether the key of a provider is for another address than its document names now: it is sent nowhere then.
    func moved(_ provider: Document<ProviderFacts>, _ id: ProviderID) -> [Diagnostic] {
        guard let facts = provider.facts, facts.secret != nil, let place = secrets.places[.provider(id)],
            let entry = rules.catalogue.provider(id.description)
        else { return [] }
        let destination = place.destination(facts.authMode, entry.plainValues(facts.baseURL))
        let pointer = facts.baseURL == nil ? [] : ["base_url"]
        return moved("provider.origin_changed", place, destination, provider.file, pointer)
    }

    /// The same of the secret fields of a default connection.
    func moved(_ connection: Document<ConnectionFacts>, _ key: ConnectionKey) -> [Diagnostic] {
        guard let facts = connection.facts, !facts.secrets.isEmpty,
            let place = secrets.places[.connectionDefault(key)],
            let entry = rules.catalogue.integration(key.description)
        else { return [] }
        let destination = place.destination(facts.authMode, facts.fields)
        let field = entry.connection.fields.first { $0.isOrigin && facts.fields[$0.name] != nil }
        let pointer = field.map { ["fields", $0.name] } ?? []
        return moved("connection.origin_changed", place, destination, connection.file, pointer)
    }

    private func moved(
        _ code: String,
        _ place: CredentialPlace,
        _ destination: String?,
        _ file: StateFile,
        _ tokens: [String]
    ) -> [Diagnostic] {
        guard place.entered?.utf8.elementsEqual((destination ?? "").utf8) ?? (destination == nil) else {
            let pointer = JSONPointer(tokens: tokens)
            let (entered, named) = (place.entered ?? "no address", destination ?? "none")
            return [
                Diagnostic(
                    .warning,
                    code,
                    file: file.path,
                    pointer: pointer,
                    position: DocumentPlaces(file).position(pointer, isKey: false),
                    "the credential was entered for \(entered), and the address is now \(named): it is sent nowhere",
                    hint: "put the address back, or enter the credential again"
                )
            ]
        }
        return []
    }
}
