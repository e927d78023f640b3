import Documents

/// What an agent's folder holds in one commit.
struct BlameVersion {
    /// `nil` when there is no such folder.
    let folder: TreeID?
    /// `nil` when there is no `agent.json`.
    let definition: JSONValue?
    let documents: [DocumentKind: [UInt8]]
    private let definitionBlob: BlobID?

    /// Takes the files of a folder.
    ///
    /// - Parameter newer: the version after it; a definition that cannot be read is taken to be that one's, so that
    ///   what came before the mistake and after it is compared.
    init(folder: TreeID?, files: [StateFile], before newer: BlameVersion? = nil) {
        var definition: JSONValue?
        var blob: BlobID?
        var documents: [DocumentKind: [UInt8]] = [:]
        for file in files {
            switch Layout.role(of: file.path) {
            case .agentDefinition:
                blob = file.blob
                definition = newer?.definitionBlob == file.blob ? newer?.definition : nil
                definition = definition ?? Self.object(file) ?? newer?.definition
            case .agentDocument(_, let kind): documents[kind] = file.content
            default: continue
            }
        }
        self.folder = folder
        self.definition = definition
        self.documents = documents
        self.definitionBlob = blob
    }

    private static func object(_ file: StateFile) -> JSONValue? {
        do {
            let value = try JSONValue(parsing: file.content)
            return value.objectValue == nil ? nil : value
        } catch {
            return nil
        }
    }
}

/// Places of an agent's definition and documents whose origin is still looked for, in terms of one version of them.
struct BlameTrace {
    /// A line of the present text, and where it stands in the version that is looked at; both counted from 0.
    struct Line {
        let number: Int
        let place: Int
    }

    private(set) var fields: FieldTrace?
    private(set) var lines: [DocumentKind: [Line]] = [:]

    private init() {}

    /// Every place of `version`.
    init(_ version: BlameVersion) {
        self.fields = version.definition.map { FieldTrace($0) }
        self.lines = version.documents.mapValues { text in
            (0..<LineOrigins.count(of: text)).map { Line(number: $0, place: $0) }
        }
        .filter { !$0.value.isEmpty }
    }

    var isEmpty: Bool { fields?.isEmpty ?? true && lines.isEmpty }

    /// Goes from `newer`, which the trace is about, to `older`, and leaves behind what came in between.
    ///
    /// - Returns: the places that `older` does not have, still in terms of `newer`.
    mutating func step(from newer: BlameVersion, to older: BlameVersion) -> BlameTrace {
        guard newer.folder == nil || newer.folder != older.folder else { return BlameTrace() }
        var changed = BlameTrace()
        stepFields(newer.definition, older.definition, &changed)
        for (kind, pending) in lines {
            let (after, before) = (newer.documents[kind] ?? [], older.documents[kind] ?? [])
            guard after != before else { continue }
            let origins = LineOrigins(of: after, in: before)
            lines[kind] = Self.nonEmpty(
                pending.compactMap { line in
                    origins.places[line.place].map { Line(number: line.number, place: $0) }
                }
            )
            changed.lines[kind] = Self.nonEmpty(pending.filter { origins.places[$0.place] == nil })
        }
        return changed
    }

    private mutating func stepFields(_ newer: JSONValue?, _ older: JSONValue?, _ changed: inout BlameTrace) {
        guard var pending = fields, !pending.isEmpty, let newer else { return }
        guard let older else {
            changed.fields = pending
            fields = nil
            return
        }
        changed.fields = pending.take(older.fieldChanges(to: newer))
        fields = pending
    }

    private static func nonEmpty(_ lines: [Line]) -> [Line]? { lines.isEmpty ? nil : lines }
}
