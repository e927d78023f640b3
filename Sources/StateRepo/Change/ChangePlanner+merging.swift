package import Documents

extension ChangePlanner {
    /// At most this many conflicts are reported.
    static let maximumConflicts = 100

    /// The files of a resource as of the revision that a caller edited.
    ///
    /// - Throws: `revision.not_found` when that revision, or the resource in it, is unknown.
    func files(of resource: ResourceName, at base: CommitID) throws -> [StateFile] {
        guard let path = resource.storagePath, let files = try history.files(path, base), !files.isEmpty else {
            throw StateError(.revisionNotFound, "there is no version \(base) of \(resource) to merge with")
        }
        return files
    }

    /// Merges a definition three ways: objects key by key, arrays as one value, documents by lines.
    mutating func merge(
        _ id: AgentID,
        base: AgentVersion,
        current: AgentVersion,
        proposed: AgentVersion
    ) throws -> AgentContent {
        var conflicts: [JSONValue] = []
        let definition = merge(
            .object(base.definition),
            .object(current.definition),
            .object(proposed.definition),
            &conflicts
        )
        var documents: [DocumentKind: String] = [:]
        for kind in DocumentKind.allCases {
            let versions = TextVersions(base.documents[kind], current.documents[kind], proposed.documents[kind])
            let pointer = JSONPointer(tokens: ["documents", kind.rawValue])
            if let text = merge(versions, at: pointer, &conflicts) {
                documents[kind] = String(decoding: text, as: UTF8.self)
            }
        }
        try refuse(conflicts, about: .agent(id))
        noteMerge(present: current.representation != base.representation)
        return AgentContent(definition: definition.objectValue ?? [:], documents: documents)
    }

    /// Whether the caller's base was not the present version, so that the answer says that something was merged.
    mutating func noteMerge(present changed: Bool) {
        if changed { isMerged = true }
    }

    func merge(
        _ base: JSONValue,
        _ current: JSONValue,
        _ proposed: JSONValue,
        _ conflicts: inout [JSONValue]
    ) -> JSONValue {
        switch ThreeWayMerge.merge(base: base, current: current, proposed: proposed) {
        case .merged(let value): return value
        case .conflicts(let found):
            conflicts += found.map(\.json)
            return current
        }
    }

    struct TextVersions {
        let base: [UInt8]?
        let current: [UInt8]?
        let proposed: [UInt8]?

        init(_ base: [UInt8]?, _ current: [UInt8]?, _ proposed: [UInt8]?) {
            self.base = base
            self.current = current
            self.proposed = proposed
        }
    }

    /// Merges a text by lines; a text that one side removed and the other edited is a conflict.
    func merge(_ versions: TextVersions, at pointer: JSONPointer, _ conflicts: inout [JSONValue]) -> [UInt8]? {
        let (base, current, proposed) = (versions.base, versions.current, versions.proposed)
        if proposed == base || proposed == current { return current }
        if current == base { return proposed }
        if let current, let proposed {
            switch LineMerge.merge(base: base ?? [], current: current, proposed: proposed) {
            case .merged(let text): return text
            case .conflicts(let regions):
                conflicts += regions.map { $0.json(at: pointer) }
                return current
            }
        }
        let conflict = MergeConflict(pointer: pointer, base: base.text, current: current.text, proposed: proposed.text)
        conflicts.append(conflict.json)
        return current
    }

    func refuse(_ conflicts: [JSONValue], about resource: ResourceName) throws(StateError) {
        guard !conflicts.isEmpty else { return }
        let message = "your edit and a later change touch the same fields: read the present version and edit again"
        var details: JSONObject = [:]
        details["current_etag"] = tag(of: resource).map { .string($0.description) }
        details["current_revision"] = .string(context.snapshot.revision.description)
        details["conflicts"] = .array(Array(conflicts.prefix(Self.maximumConflicts)))
        throw StateError(.stateConflict, message, details: details)
    }
}

extension [UInt8]? {
    fileprivate var text: JSONValue? { map { .string(String(decoding: $0, as: UTF8.self)) } }
}

extension MergeConflict {
    /// `{pointer, base, current, proposed}`; a side that has no such value is left out.
    package var json: JSONValue {
        var object: JSONObject = ["pointer": .string(pointer.description)]
        object["base"] = base
        object["current"] = current
        object["proposed"] = proposed
        return .object(object)
    }
}

extension LineConflict {
    /// `{pointer, line, base, current, proposed}`.
    func json(at pointer: JSONPointer) -> JSONValue {
        [
            "pointer": .string(pointer.description), "line": JSONValue(current.start), "base": .string(base.text),
            "current": .string(current.text), "proposed": .string(proposed.text),
        ]
    }
}
