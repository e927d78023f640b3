/// What may not be in a tree, and how it is said (contract, section 7).
enum StrayRules {
    /// What is wrong with an entry as such, or `nil` when the layout has a place for it.
    static func diagnostic(_ path: EntryPath, mode: FileMode) -> Diagnostic? {
        let file = displayName(of: path)
        switch mode {
        case .symlink:
            return refused("layout.symlink", file, "symbolic links are not allowed", "commit the file itself")
        case .submodule: return refused("layout.submodule", file, "submodules are not allowed", "commit the files")
        case .executable:
            return refused("layout.mode", file, "executable files are not allowed", "run git update-index --chmod=-x")
        case .other, .tree:
            return refused("layout.mode", file, "the mode \(mode) is not allowed", "use a plain file, mode 100644")
        case .blob: break
        }
        guard let text = path.text else {
            return refused("layout.name", file, "the name is not UTF-8", "rename the file in plain ASCII")
        }
        guard Layout.role(of: text) == nil else { return nil }
        guard Layout.isSafe(text) else {
            let hint = "use printable ASCII without \\ : * ? \" < > | %, and at most \(Layout.maximumDepth) levels"
            return refused("layout.name", file, "the name is not allowed", hint)
        }
        return refused("layout.unknown_path", file, "no file may be here", Self.hint(for: text))
    }

    /// What is wrong with a file of `size` bytes, or `nil`.
    static func diagnostic(_ file: String, size: Int) -> Diagnostic? {
        guard size > Layout.maximumFileSize else { return nil }
        let message = "the file has \(size) bytes; at most \(Layout.maximumFileSize) are allowed"
        return Diagnostic(.error, "layout.too_large", file: file, message)
    }

    /// The findings that no commit may bring into the history, whatever comes after it.
    static let permanentCodes: Set<String> = ["layout.symlink", "layout.submodule", "layout.mode", "layout.name"]

    /// The path with everything that is not printable ASCII escaped, so that it cannot disturb a terminal.
    static func displayName(of path: EntryPath) -> String {
        path.bytes.prefix(Layout.maximumPathLength).reduce(into: "") { text, byte in
            switch byte {
            case 0x20..<0x7F where byte != UInt8(ascii: "\\"): text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "\\" + octal(byte)
            }
        }
    }

    private static func octal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 8)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }

    private static func refused(_ code: String, _ file: String, _ message: String, _ hint: String) -> Diagnostic {
        Diagnostic(.error, code, file: file, message, hint: hint)
    }

    private static func hint(for path: String) -> String {
        let parts = path.split(separator: "/")
        switch (parts.first, parts.dropFirst().first) {
        case ("state", "agents"): return "an agent's folder is state/agents/<id>/ with agent.json and <kind>.md files"
        case ("state", _): return "state/README.md describes the layout"
        case ("skills", _): return "a skill is skills/<id>/SKILL.md with references/, assets/ and scripts/ beside it"
        default: return "state/ and skills/ hold the state; notes belong in docs/ as Markdown"
        }
    }
}
