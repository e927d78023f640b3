import Documents
import StateRepo

/// Edits of a working tree by what belongs together: an agent's folder with its release, a skill's folder, any other file.
///
/// A broken file holds up its group and no other.
struct EditGroups {
    /// The most groups that are tried one by one; of more, only those without findings are taken.
    static let maximumTried = 64

    private(set) var names: [String] = []
    private var files: [String: [FileVersions]] = [:]

    init(_ edits: [FileVersions]) {
        for edit in edits {
            let name = Self.name(of: edit.path.description)
            if files[name] == nil { names.append(name) }
            files[name, default: []].append(edit)
        }
    }

    func files(of names: some Sequence<String>) -> [FileVersions] { names.flatMap { files[$0] ?? [] } }

    /// The group of a file: `agents/atlas`, `skills/research`, or the path.
    static func name(of path: String) -> String {
        let parts = path.split(separator: "/")
        switch Layout.role(of: path)?.resource {
        case .agent(let id), .document(let id, _), .release(let id): return "agents/\(id)"
        case .skill(let id): return "skills/\(id)"
        default: break
        }
        guard parts.count >= 3, parts[0] == "state", parts[1] == "agents" else { return path }
        return "agents/\(parts[2])"
    }
}

extension TreeMerge {
    /// The first line of the commit that takes edits over.
    var subject: String {
        let groups = Set(changes.map { EditGroups.name(of: $0.path.description) })
        guard groups.count == 1, let name = groups.first else { return "working tree: change \(changes.count) files" }
        let documents = changes.filter {
            $0.path.description.hasSuffix("/agent.json") || $0.path.description.hasSuffix("/SKILL.md")
        }
        if documents.contains(where: { $0.old == nil }) { return "\(name): create" }
        if documents.contains(where: { $0.new == nil }) { return "\(name): delete" }
        return name
    }
}

extension TreeMerge.Conflict {
    /// At most this many conflicts of one file are told.
    static let maximumTold = 20

    /// The conflicts of the file, each with its place in the working tree's version.
    func diagnostics(in proposed: [UInt8]?) -> [Diagnostic] {
        let locate = Self.locator(proposed ?? [])
        return places.prefix(Self.maximumTold).map { place in
            switch place {
            case .whole: finding("main has changed this file too, and one of the two removed it or it is no text")
            case .lines(let conflict, _, let above):
                finding(
                    "main has changed these lines too",
                    at: SourcePosition(line: above + conflict.proposed.start, column: 1)
                )
            case .field(let conflict):
                finding(
                    "main has changed this field too: it says \(Self.brief(conflict.current))",
                    at: locate(conflict.pointer),
                    conflict.pointer
                )
            }
        }
    }

    private func finding(
        _ message: String,
        at position: SourcePosition? = nil,
        _ pointer: JSONPointer? = nil
    ) -> Diagnostic {
        Diagnostic(
            .error,
            "worktree.conflict",
            file: path.description,
            pointer: pointer,
            position: position,
            message,
            hint: "take one of the two values, or commit and settle it by git merge main"
        )
    }

    /// Finds fields of JSON, and those of front matter below `/frontmatter`.
    private static func locator(_ content: [UInt8]) -> (JSONPointer) -> SourcePosition? {
        do {
            guard content.starts(with: "---".utf8) else {
                return try JSONDocument(parsing: content).position(ofValueAt:)
            }
            let matter = try FrontMatter(parsing: content)
            return { matter.position(of: JSONPointer(tokens: Array($0.tokens.dropFirst()))) }
        } catch {
            return { _ in nil }
        }
    }

    private static func brief(_ value: JSONValue?) -> String {
        guard let text = value?.description else { return "nothing" }
        return text.unicodeScalars.count > 60 ? "\(String(text.unicodeScalars.prefix(59)))…" : text
    }
}
