/// The allow-list of paths: where each kind of file lives, in both directions (contract, section 7).
package enum Layout {
    /// The version of this layout, as `state/format.json` names it.
    package static let version = 1
    /// The deepest accepted path, in components.
    package static let maximumDepth = 8
    /// The longest accepted file name, in bytes.
    package static let maximumNameLength = 120
    /// The longest accepted path, in bytes.
    package static let maximumPathLength = 512
    /// The largest accepted file, in bytes.
    package static let maximumFileSize = 1 << 20

    package static func agentFolder(_ id: AgentID) -> String { "state/agents/\(id)" }

    package static func path(of role: FileRole) -> String? {
        switch role {
        case .format: "state/format.json"
        case .systemSettings: "state/system-settings.json"
        case .agentDefinition(let id): "\(agentFolder(id))/agent.json"
        case .agentDocument(let id, let kind): "\(agentFolder(id))/\(kind.fileName)"
        case .release(let id): "state/releases/\(id).json"
        case .provider(let id): "state/providers/\(id).json"
        case .connectionDefault(let key): "state/connections/defaults/\(key).json"
        case .skill(let id): "skills/\(id)/SKILL.md"
        case .skillAsset, .companion: nil
        }
    }

    /// What `path` means, or `nil` when no file may live there.
    package static func role(of path: String) -> FileRole? {
        let parts = parts(of: path)
        guard isSafe(path, parts) else { return nil }
        switch parts.first {
        case "state": return stateRole(parts.dropFirst())
        case "skills": return skillRole(parts.dropFirst())
        default: return companionRole(parts[...])
        }
    }

    /// Whether a path may be anywhere in the history: every name is safe, and the whole is neither deep nor long.
    static func isSafe(_ path: String) -> Bool {
        isSafe(path, parts(of: path))
    }

    /// By bytes: a name with anything but ASCII is not safe, wherever it is split.
    private static func parts(of path: String) -> [Substring] {
        path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Substring($0) }
    }

    private static func isSafe(_ path: String, _ parts: [Substring]) -> Bool {
        parts.count <= maximumDepth && path.utf8.count <= maximumPathLength && parts.allSatisfy(isSafeName)
            && !hasDeviceName(parts)
    }

    /// Whether a file or folder beside the resources has a name that Windows takes for a device, whatever its extension.
    ///
    /// The names of resources are as their ids are.
    private static func hasDeviceName(_ parts: [Substring]) -> Bool {
        guard parts.first != "state" else { return false }
        return parts.dropFirst(parts.first == "skills" ? 2 : 0).contains { part in
            let name = part.prefix { $0 != "." }.lowercased()
            if ["con", "prn", "aux", "nul"].contains(name) { return true }
            guard name.utf8.count == 4, name.hasPrefix("com") || name.hasPrefix("lpt") else { return false }
            return name.last?.isNumber == true
        }
    }

    private static func stateRole(_ parts: ArraySlice<Substring>) -> FileRole? {
        let parts = Array(parts)
        switch (parts.first, parts.count) {
        case ("format.json", 1): return .format
        case ("system-settings.json", 1): return .systemSettings
        case ("README.md", 1): return .companion
        case ("agents", 3):
            guard let id = AgentID(parts[1]) else { return nil }
            if parts[2] == "agent.json" { return .agentDefinition(id) }
            return DocumentKind(fileName: parts[2]).map { .agentDocument(id, $0) }
        case ("releases", 2): return AgentID(stem(parts[1])).map(FileRole.release)
        case ("providers", 2): return ProviderID(stem(parts[1])).map(FileRole.provider)
        case ("connections", 3) where parts[1] == "defaults":
            return ConnectionKey(stem(parts[2])).map(FileRole.connectionDefault)
        default: return nil
        }
    }

    private static func skillRole(_ parts: ArraySlice<Substring>) -> FileRole? {
        let parts = Array(parts)
        if parts == ["README.md"] { return .companion }
        guard parts.count >= 2, let id = SkillID(parts[0]) else { return nil }
        if parts.count == 2, parts[1] == "SKILL.md" { return .skill(id) }
        return parts.count >= 3 && ["references", "assets", "scripts"].contains(parts[1]) ? .skillAsset(id) : nil
    }

    private static func companionRole(_ parts: ArraySlice<Substring>) -> FileRole? {
        let files = ["README.md", "LICENSE", "CODEOWNERS", ".gitignore", ".gitattributes", ".editorconfig"]
        let parts = Array(parts)
        switch (parts[0], parts.count) {
        case (let name, 1) where files.contains(String(name)) || name == ".gitlab-ci.yml": return .companion
        case (".vscode", 2) where parts[1] == "settings.json": return .companion
        case (".github", 2...): return .companion
        case ("docs", 2...) where parts[parts.count - 1].hasSuffix(".md"): return .companion
        default: return nil
        }
    }

    /// `name` without `.json`, or nothing that could be an id when it has another extension.
    private static func stem(_ name: Substring) -> Substring { name.hasSuffix(".json") ? name.dropLast(5) : "" }

    /// `.git` in any case, and the short name that Windows gives it; git refuses to check out either.
    private static func isGitDirectory(_ name: Substring) -> Bool {
        (4...5).contains(name.utf8.count) && [".git", "git~1"].contains(name.lowercased())
    }

    /// Printable ASCII without what shells, Windows or git read as something else.
    private static func isSafeName(_ name: Substring) -> Bool {
        guard (1...maximumNameLength).contains(name.utf8.count), name != ".", name != "..", !name.hasPrefix("-"),
            !name.hasSuffix("."), !isGitDirectory(name)
        else { return false }
        return name.utf8.allSatisfy { byte in
            (0x21...0x7E).contains(byte) && !"\\:*?\"<>|%".utf8.contains(byte)
        }
    }
}
