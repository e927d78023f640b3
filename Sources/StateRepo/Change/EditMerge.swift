package import Documents

/// Two changes of one file since a common version, brought together: fields of JSON one by one, other text by lines.
package struct EditMerge {
    package enum Outcome: Sendable {
        /// The file as it is on the present side.
        case unchanged
        /// The file as the proposal has it; `nil` removes it.
        case proposed
        /// Something of both.
        case merged([UInt8])
        case conflict(Conflict)
    }

    /// What both sides changed in different ways.
    package enum Conflict: Sendable {
        case fields([MergeConflict])
        case lines([LineConflict])
        /// One side removed what the other edited, or the content is no text.
        case whole
    }

    /// - Parameters:
    ///   - base: the version that the proposal started from; `nil` when there was no such file.
    ///   - current: the version on the present side.
    package static func merge(
        at path: String,
        base: FileVersions.Version?,
        current: FileVersions.Version?,
        proposed: FileVersions.Version?
    ) -> Outcome {
        if proposed.isSame(as: base) || proposed.isSame(as: current) { return .unchanged }
        if current.isSame(as: base) { return .proposed }
        guard let current = current?.text, let proposed = proposed?.text, base == nil || base?.text != nil else {
            return .conflict(.whole)
        }
        let old = base?.text
        if path.hasSuffix(".json"), let outcome = fields(old, current, proposed) { return outcome }
        switch LineMerge.merge(base: old ?? [], current: current, proposed: proposed) {
        case .merged(let text): return text == current ? .unchanged : .merged(text)
        case .conflicts(let conflicts): return .conflict(.lines(conflicts))
        }
    }

    /// `nil` when one of the texts is no JSON.
    private static func fields(_ base: [UInt8]?, _ current: [UInt8], _ proposed: [UInt8]) -> Outcome? {
        do {
            let old = try base.map { bytes throws(JSONSyntaxError) in try JSONValue(parsing: bytes) }
            let ours = try JSONValue(parsing: current)
            // Its text is kept, because what the server writes has no formatting of anybody's own.
            let theirs = try JSONDocument(parsing: proposed)
            switch ThreeWayMerge.merge(base: old ?? .object([:]), current: ours, proposed: theirs.value) {
            case .merged(let value):
                let text = theirs.edited(to: value).source
                return text == current ? .unchanged : .merged(text)
            case .conflicts(let conflicts): return .conflict(.fields(conflicts))
            }
        } catch {
            return nil
        }
    }
}

extension FileVersions.Version? {
    fileprivate func isSame(as other: Self) -> Bool {
        switch (self, other) {
        case (nil, nil): true
        case (let one?, let other?): one.id == other.id && one.mode == other.mode
        default: false
        }
    }
}

extension FileVersions.Version {
    /// The content of a plain text file.
    fileprivate var text: [UInt8]? {
        guard mode == .blob, let content, !content.contains(0) else { return nil }
        return content
    }
}
