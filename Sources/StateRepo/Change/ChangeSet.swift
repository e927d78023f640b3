package import Documents

/// What a caller wants changed; all of it becomes one commit or nothing does.
package struct ChangeSet: Sendable {
    /// How much is told of a set that cannot be planned.
    package enum Report: Sendable {
        /// The first edit that cannot be done.
        case first
        /// All of them, and what the gate says of the others.
        case all
    }

    package let edits: [ResourceEdit]
    /// Changes of files, merged with what became of the files since; they come after the edits.
    package let files: [FileVersions]
    /// The first line of the commit; `nil` for one that says what was done.
    package let subject: String?
    /// The caller's own words for the commit, below the subject.
    package let message: String?
    package let report: Report

    package init(_ edits: [ResourceEdit], message: String? = nil, report: Report = .first) {
        self.edits = edits
        self.files = []
        self.subject = nil
        self.message = message
        self.report = report
    }

    package init(_ edit: ResourceEdit, message: String? = nil) { self.init([edit], message: message) }

    /// A change of files, made on another version of the state.
    package init(merging files: [FileVersions], subject: String, message: String?) {
        self.edits = []
        self.files = files
        self.subject = subject
        self.message = message
        self.report = .first
    }
}

/// One edit of one resource, and what must hold for it.
package struct ResourceEdit: Sendable {
    package enum Operation: Sendable {
        /// A new agent; one of that name must not exist.
        case createAgent(AgentID, AgentContent)
        /// The whole definition, and its documents when they are given; created when absent.
        case replaceAgent(AgentID, AgentContent)
        case patchAgent(AgentID, DocumentPatch)
        case deleteAgent(AgentID)
        case putDocument(AgentID, DocumentKind, String)
        /// A patch of `{content}`.
        case patchDocument(AgentID, DocumentKind, DocumentPatch)
        case deleteDocument(AgentID, DocumentKind)
        case patchSettings(DocumentPatch)
        case putSkill(SkillID, SkillContent)
        /// A patch of `{frontmatter, body}`.
        case patchSkill(SkillID, DocumentPatch)
        case deleteSkill(SkillID)
        /// Pins the draft, or with a version that version's definition under the next number.
        case publish(AgentID, version: Int?, activate: Bool?)
        case activate(AgentID, Bool)
        /// Says what is live, word for word; the rules of releases judge it like a file that was pushed.
        case putRelease(AgentID, ReleaseFacts)
        case patchRelease(AgentID, DocumentPatch)
        /// Unpublishes.
        case deleteRelease(AgentID)
        case putMetadata(MetadataDocument, JSONObject)
        case patchMetadata(MetadataDocument, DocumentPatch)
        case deleteMetadata(MetadataDocument)
    }

    package let operation: Operation
    package let precondition: Precondition

    package init(_ operation: Operation, _ precondition: Precondition = .none) {
        self.operation = operation
        self.precondition = precondition
    }
}

/// What must hold of the present version of a resource before it is written.
package struct Precondition: Sendable {
    /// `If-Match` (RFC 9110, section 13.1.1).
    package enum Match: Sendable {
        /// `*`: the resource must exist.
        case any
        /// One of these tags, without quotes.
        case tags([String])
    }

    package let match: Match?
    /// `If-None-Match: *`: the resource must not exist.
    package let mustNotExist: Bool
    /// `If-None-Match` with tags, without quotes: the resource must have none of them.
    package let noneOf: [String]
    /// The revision whose version the caller edited; the edit is merged with what came since.
    package let base: CommitID?
    /// Members that came along with a document and that only the server sets: they must equal the present ones.
    package let repeated: JSONObject

    package init(
        match: Match? = nil,
        mustNotExist: Bool = false,
        noneOf: [String] = [],
        base: CommitID? = nil,
        repeated: JSONObject = [:]
    ) {
        self.match = match
        self.mustNotExist = mustNotExist
        self.noneOf = noneOf
        self.base = base
        self.repeated = repeated
    }

    package static let none = Precondition()
}

/// A definition as a caller sends it; members that the server owns were taken out or must equal the present ones.
package struct AgentContent: Sendable {
    package let definition: JSONObject
    /// `nil` leaves the documents as they are.
    package let documents: [DocumentKind: String]?
    /// Server-owned members that came along, to be compared with the present values.
    package let serverOwned: JSONObject

    package init(definition: JSONObject, documents: [DocumentKind: String]?, serverOwned: JSONObject = [:]) {
        self.definition = definition
        self.documents = documents
        self.serverOwned = serverOwned
    }
}

/// A skill as a caller sends it.
package struct SkillContent: Sendable {
    package let frontMatter: JSONObject
    package let body: String

    package init(frontMatter: JSONObject, body: String) {
        self.frontMatter = frontMatter
        self.body = body
    }
}

/// A change of a document relative to its present (or base) version.
package enum DocumentPatch: Sendable {
    /// RFC 7396
    case merge(JSONValue)
    /// RFC 6902
    case operations(JSONPatch)
}
