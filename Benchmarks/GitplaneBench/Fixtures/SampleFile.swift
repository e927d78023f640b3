import StateRepo

/// A file of a repository full of ``SampleAgent``s; every edition of it differs from the others.
enum SampleFile {
    case definition(agent: Int)
    case document(agent: Int, DocumentKind)
    /// A page beside the state.
    case page(Int)

    /// So many files among so many agents: their definitions, then their documents, and then pages.
    static func files(_ count: Int, among agents: Int) -> [SampleFile] {
        let definitions = (0..<agents).map { SampleFile.definition(agent: $0) }
        let documents = DocumentKind.allCases.flatMap { kind in
            (0..<agents).map { SampleFile.document(agent: $0, kind) }
        }
        let pages = (0..<count).map { SampleFile.page($0) }
        return Array((definitions + documents + pages).prefix(count))
    }

    var path: String {
        switch self {
        case .definition(let agent): SampleAgent.path(agent)
        case .document(let agent, let kind): "state/agents/\(SampleAgent.name(agent))/\(kind.fileName)"
        case .page(let number): "docs/page-\(number).md"
        }
    }

    func content(edition: Int) -> String {
        switch self {
        case .definition(let agent): SampleAgent.definition(agent, edition: edition)
        case .document(let agent, let kind): "# \(kind.fileName) of desk \(agent)\n\nEdition \(edition).\n"
        case .page(let number): "# Page \(number)\n\nEdition \(edition).\n"
        }
    }
}
