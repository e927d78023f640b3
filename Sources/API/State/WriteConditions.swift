import Documents
import Reconciler
import StateRepo

extension StateServices {
    /// What a write demands of the present version: `If-Match`, `If-None-Match`, `?base=`, and `etag` in the body.
    ///
    /// A body's `etag` acts as `If-Match`; with `base` both are ignored (contract, section 1).
    /// - Throws: `revision.not_found` for an unknown base.
    /// - Parameter repeated: members of the body that only the server sets and that may repeat their present values.
    func precondition(_ request: OperationRequest, repeating repeated: JSONObject = [:]) throws -> Precondition {
        var (mustNotExist, noneOf): (Bool, [String]) = (false, [])
        switch try request.ifNoneMatch() {
        case .any?: mustNotExist = true
        case .tags(let tags)?: noneOf = tags.map(\.opaque)
        case nil: break
        }
        if let text = request.query.text("base") {
            return Precondition(mustNotExist: mustNotExist, noneOf: noneOf, base: try base(text))
        }
        let match = try match(request)
        return Precondition(match: match, mustNotExist: mustNotExist, noneOf: noneOf, repeated: repeated)
    }

    private func match(_ request: OperationRequest) throws -> Precondition.Match? {
        let own = request.bodyTag
        switch try request.ifMatch() {
        case nil: return own.map { .tags([$0]) }
        case .any?: return own.map { .tags([$0]) } ?? .any
        case .tags(let tags)?:
            // A weak tag never matches strongly (RFC 9110, section 13.1.1).
            let strong = tags.filter { $0.strength == .strong }.map(\.opaque)
            guard let own else { return .tags(strong) }
            return .tags(strong.contains(own) ? [own] : [])
        }
    }

    /// The revision that a base names: a tag, with or without its quotes, or a point in history.
    func base(_ text: String) throws -> CommitID {
        let isQuoted = text.utf8.count > 1 && text.hasPrefix("\"") && text.hasSuffix("\"")
        let bare = isQuoted ? String(text.dropFirst().dropLast()) : text
        if let tag = ResourceTag(bare) {
            return try archive.resolve(.commit(prefix: tag.revision.description)).revision
        }
        guard let selector = RevisionSelector(parsing: bare) else {
            throw ProblemError.parameter(
                "base",
                in: .query,
                code: .stringFormat,
                "It is neither an ETag, a commit id, a sequence number nor an RFC 3339 time."
            )
        }
        return try archive.resolve(selector).revision
    }
}

extension OperationRequest {
    /// The tag in the body of a write, without quotes.
    fileprivate var bodyTag: String? {
        guard mediaType != .jsonPatch, let text = body?["etag"]?.stringValue else { return nil }
        return text
    }

    /// Commit, or only show what would become of it.
    var writeMode: WriteMode { query.flag("dry_run") ? .dryRun : .commit }
}
