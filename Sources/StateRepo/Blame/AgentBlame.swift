package import Documents
package import Foundation

/// Which commit gave each field of an agent's definition, and each line of its documents, what it has now.
package struct AgentBlame: Sendable {
    /// The most fields and runs of lines that are told.
    package static let maximumPlaces = 10_000

    /// How much is told and read; tests make it small.
    package struct Limits: Sendable {
        package var places = AgentBlame.maximumPlaces
        package var bytes = BlameWalk.maximumBytes

        package init() {}
    }

    /// The commit that made an edit, and the change of `main` that brought it.
    package struct Origin: Hashable, Sendable {
        package let revision: CommitID
        package let authorName: String
        package let authorEmail: String
        package let authoredAt: Date
        package let subject: String
        /// The commit itself, or the merge that brought it in.
        package let change: HistoryEntry
    }

    /// A scalar, an array or an empty object.
    package struct Field: Sendable {
        package let pointer: JSONPointer
        /// `nil` when the search ended before it was found.
        package let origin: Origin?
    }

    /// Lines next to each other that have the same origin.
    package struct Lines: Sendable {
        /// Counted from 1.
        package let start: Int
        package let count: Int
        /// `nil` when the search ended before it was found.
        package let origin: Origin?
    }

    package struct Document: Sendable {
        package let kind: DocumentKind
        package let lines: [Lines]
    }

    /// In the order of the document.
    package let fields: [Field]
    /// By kind.
    package let documents: [Document]
    /// Whether something is left out, or has no origin, because a limit was met.
    package let isTruncated: Bool

    /// Looks for the origins of what `folder` holds.
    ///
    /// - Parameter sequence: the commit of `main` whose state the folder is.
    /// - Throws: ``GitError``, and what the index throws.
    package init(
        of folder: AgentFolder,
        at sequence: Int,
        _ index: any HistoryIndexing,
        in repository: borrowing GitRepository,
        limits: Limits = Limits()
    ) throws {
        let version = BlameVersion(folder: folder.tree, files: folder.files)
        var walk = BlameWalk(of: folder.id, index, byteLimit: limits.bytes)
        try walk.run(BlameTrace(version), from: version, at: sequence, in: repository)
        let pointers = version.definition.map { FieldTrace.pointers(of: $0) } ?? []
        let fields = pointers.enumerated().map { Field(pointer: $1, origin: walk.fields[$0]) }
        let documents = version.documents.sorted { $0.key < $1.key }.map { kind, text in
            Document(kind: kind, lines: Self.lines(LineOrigins.count(of: text), walk.lines[kind] ?? [:]))
        }
        self.fields = Array(fields.prefix(limits.places))
        var room = limits.places - self.fields.count
        var shown: [Document] = []
        for document in documents {
            shown.append(Document(kind: document.kind, lines: Array(document.lines.prefix(room))))
            room -= shown.last?.lines.count ?? 0
        }
        self.documents = shown
        let isCut =
            fields.count > self.fields.count || zip(documents, shown).contains { $0.lines.count > $1.lines.count }
        self.isTruncated = walk.isExhausted || isCut
    }

    private static func lines(_ count: Int, _ origins: [Int: Origin]) -> [Lines] {
        var runs: [Lines] = []
        for number in 0..<count {
            let origin = origins[number]
            if let last = runs.last, last.origin == origin {
                runs[runs.count - 1] = Lines(start: last.start, count: last.count + 1, origin: origin)
            } else {
                runs.append(Lines(start: number + 1, count: 1, origin: origin))
            }
        }
        return runs
    }
}
